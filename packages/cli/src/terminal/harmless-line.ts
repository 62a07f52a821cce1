/**
 * A line, or several, as a terminal may show it: colours stay; whatever else steers a terminal (cursors, titles, the clipboard, the direction
 * of writing) may come from elsewhere and is shown as a replacement. The last of several guards: parts from elsewhere go through `printable`.
 */
export function harmlessLine(text: string): string {
  return text.replace(/\u001b\[[\d;]{0,20}m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (found) =>
    found.endsWith('m') ? found : '\ufffd',
  );
}
