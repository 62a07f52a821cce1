import type { SettingNode } from './setting-node.ts';

/** What stands in place of a secret, whatever its length. */
export const mask = '********';

/** Credentials in an address: `//USER:PASSWORD@`; of a password that should have been encoded too. */
const credentials = /(?<=\/\/)[^/?#\s]+(?=@)/g;

/** A value without what its description calls secret, at any depth, and without credentials in addresses, which are none of a setting's business. */
export function maskedValue(value: unknown, nodes: readonly SettingNode[]): unknown {
  if (value === undefined) return undefined;
  if (nodes.some(({ secret }) => secret === true)) return mask;
  if (typeof value === 'string') return value.replace(credentials, mask);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = nodes.flatMap((node) => variantsOf(node.items));
    return value.map((entry: unknown) => maskedValue(entry, items));
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      name,
      maskedValue(
        entry,
        nodes.flatMap((node) => variantsOf(node.properties?.[name])),
      ),
    ]),
  );
}

function variantsOf(node: SettingNode | undefined): readonly SettingNode[] {
  return node === undefined ? [] : [node, ...(node.oneOf ?? []), ...(node.anyOf ?? [])];
}
