import type { Setting } from './settings.ts';

/**
 * Reads what a variable or a flag says as the type that the setting takes. A text that does not fit stays a text,
 * which the schema then refuses.
 */
export function textToValue(setting: Setting, text: string): unknown {
  const { types, entry } = setting;
  if (entry !== undefined) return jsonIn(text);
  if ((types.has('integer') || types.has('number')) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if (!types.has('array')) return text;
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '');
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
