/** Answers the wanted fields of each stanza of `Name: value` lines, which an empty line ends. Its texts keep nothing else alive. */
export function* stanzas(bytes: Buffer, fields: readonly string[], separator: string): Generator<Map<string, string>> {
  let stanza = new Map<string, string>();
  const prefixes = fields.map((field) => [field, Buffer.from(`${field}${separator}`)] as const);
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(10, start);
    const end = found === -1 ? bytes.length : found;
    const last = end > start && bytes[end - 1] === 13 ? end - 1 : end;
    if (last === start) {
      yield stanza;
      stanza = new Map();
    }
    for (const [field, prefix] of prefixes) {
      const from = start + prefix.length;
      if (from <= last && !stanza.has(field) && prefix.equals(bytes.subarray(start, from))) {
        stanza.set(field, bytes.toString('utf8', from, last).trim());
      }
    }
    start = end + 1;
  }
  yield stanza;
}
