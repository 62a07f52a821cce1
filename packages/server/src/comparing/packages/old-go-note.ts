import { type ElfHead, NumberReader } from './elf-head.ts';
import { goNoteMagic } from './go-modules.ts';

const [noteBytes, addressesPlace] = [32, 16];

/** Whether Go before 1.18 linked it: then the note is a section of its head and two addresses, and else of the texts themselves. */
export function hasOldNote({ data, sections }: ElfHead): boolean {
  return sections.some(({ address, length }) => address === data?.address && length === noteBytes);
}

/** The texts that the note of such a program leads to: the version of Go, and the list of modules in its frame. Undefined when it leads nowhere. */
export function readOldNote(bytes: Buffer, head: ElfHead): { version: Buffer; framed: Buffer } | undefined {
  const { data, parts, isLittleEndian, pointerBytes } = head;
  const reader = new NumberReader(bytes, isLittleEndian, pointerBytes);
  /** The place in the file of so many bytes at an address. */
  const placeOf = (address: number, length: number): number | undefined => {
    const part = parts.find((each) => address >= each.address && address + length <= each.address + each.length);
    const place = part && part.offset + address - part.address;
    return place === undefined || place + length > bytes.length ? undefined : place;
  };
  /** A text of Go is its address and its length. */
  const textAt = (address: number): Buffer | undefined => {
    const place = placeOf(address, 2 * pointerBytes);
    if (place === undefined) return undefined;
    const length = reader.pointer(place + pointerBytes);
    const text = placeOf(reader.pointer(place), length);
    return text === undefined ? undefined : bytes.subarray(text, text + length);
  };
  const note = data === undefined ? undefined : placeOf(data.address, noteBytes);
  if (note === undefined || !bytes.subarray(note).subarray(0, goNoteMagic.length).equals(goNoteMagic)) return undefined;
  const [version, framed] = [0, pointerBytes].map((place) => textAt(reader.pointer(note + addressesPlace + place)));
  return version && framed && { version, framed };
}
