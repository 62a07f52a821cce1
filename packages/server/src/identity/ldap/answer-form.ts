import { type Element, elementAt } from './start-tls.ts';

const integer = 0x02;
const octets = 0x04;
const enumerated = 0x0a;
const sequence = 0x30;
const set = 0x31;
const controlList = 0xa0;

/**
 * Whether a whole message is one of those that answer a bind or a search (RFC 4511 sections 4.1.9, 4.2.2, 4.5.2 and 4.12), to its last element:
 * the library reads on for ever where a list ends before its length says so.
 */
export function isAnswer(bytes: Buffer): boolean {
  const message = elementAt(bytes, 0);
  const parts = message?.tag === sequence && message.to === bytes.length ? partsOf(bytes, message) : undefined;
  const [id, operation, ...rest] = parts ?? [];
  const [controls = undefined, ...others] = rest;
  if (id?.tag !== integer || operation === undefined || others.length > 0) return false;
  return isOperation(bytes, operation) && (controls === undefined || areControls(bytes, controls));
}

function isOperation(bytes: Buffer, operation: Element): boolean {
  const parts = partsOf(bytes, operation);
  const [first, second, third] = parts ?? [];
  switch (operation.tag) {
    case 0x64: // SearchResultEntry
      return first?.tag === octets && third === undefined && second?.tag === sequence && areAttributes(bytes, second);
    case 0x73: // SearchResultReference
      return first !== undefined && parts?.every(({ tag }) => tag === octets) === true;
    case 0x61: // BindResponse
    case 0x65: // SearchResultDone
    case 0x78: // ExtendedResponse, by which a server says that it is going
      return first?.tag === enumerated && second?.tag === octets && third?.tag === octets;
    default:
      return false;
  }
}

function areAttributes(bytes: Buffer, list: Element): boolean {
  const isAttribute = (attribute: Element): boolean => {
    const [type, values, other] = (attribute.tag === sequence && partsOf(bytes, attribute)) || [];
    const texts = values?.tag === set ? partsOf(bytes, values) : undefined;
    return type?.tag === octets && other === undefined && texts?.every(({ tag }) => tag === octets) === true;
  };
  return partsOf(bytes, list)?.every(isAttribute) === true;
}

function areControls(bytes: Buffer, list: Element): boolean {
  const isControl = (control: Element): boolean => control.tag === sequence && partsOf(bytes, control)?.[0]?.tag === octets;
  return list.tag === controlList && partsOf(bytes, list)?.every(isControl) === true;
}

/** What is inside an element; undefined when that does not end where the element does. */
function partsOf(bytes: Buffer, whole: Element): readonly Element[] | undefined {
  const parts: Element[] = [];
  for (let at = whole.from; at < whole.to; ) {
    const part = elementAt(bytes, at);
    if (part === undefined || part.to > whole.to) return undefined;
    parts.push(part);
    at = part.to;
  }
  return parts;
}
