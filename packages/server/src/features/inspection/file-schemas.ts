import { type LayerSummary, layerEntryKinds, mostTextBytes } from '@longshore/oci/layers';
import Type, { type Static } from 'typebox';
import { digest } from '../../management/names.ts';
import { listOf } from '../../management/paging.ts';
import type { StillReading } from './layer-source.ts';

const closed = { additionalProperties: false } as const;

const parts = {
  name: Type.String({ description: 'The last part of the path.' }),
  path: Type.String({ description: 'Without a slash at either end; bytes that are not UTF-8 stand as \\xNN.' }),
  kind: Type.Enum([...layerEntryKinds], { description: 'whiteout: the layer removes what lower ones have under this name.' }),
  sizeBytes: Type.Integer(),
  mode: Type.String({ description: 'Permission bits, octal.', examples: ['0755'] }),
  uid: Type.Number(),
  gid: Type.Number(),
  modifiedAt: Type.Number({ description: 'Seconds since 1970.' }),
  target: Type.Optional(Type.String({ description: 'Of a symbolic or hard link.' })),
  sha256: Type.Optional(Type.String({ description: 'Of the bytes of a file.' })),
  isOpaque: Type.Optional(Type.Boolean({ description: 'Of a directory of one layer: it hides what lower layers have in it.' })),
  layer: Type.Optional(digest),
};

/** An entry of a layer or of an image; `layer` is where an image has it from. */
export const fileEntry = Type.Object(parts, { $id: 'FileEntry', ...closed });

/** A page of a directory. */
export const fileList = listOf(fileEntry);

/** A layer as a whole. */
export const layerPage = Type.Object(
  {
    digest,
    sizeBytes: Type.Integer({ description: 'As stored.' }),
    unpackedBytes: Type.Integer(),
    entries: Type.Integer(),
    files: Type.Integer(),
    fileBytes: Type.Integer(),
    leftOut: Type.Integer({ description: 'Entries that are not shown: their names lead out of the root, or are too long for any system.' }),
  },
  { $id: 'Layer', ...closed },
);

/** An entry with its text. */
export const fileText = Type.Object(
  {
    ...parts,
    content: Type.Enum(['text', 'binary', 'too-large', 'none'], {
      description: `too-large: over ${mostTextBytes} bytes. none: it is no file, or its bytes are not kept in this layer.`,
    }),
    text: Type.Optional(Type.String()),
  },
  { $id: 'FileText', ...closed },
);

/** The answer while layers are looked into for the first time. */
export const reading = Type.Object(
  { state: Type.Enum(['reading']), readBytes: Type.Integer(), sizeBytes: Type.Integer() },
  { $id: 'LayerReading', ...closed, description: 'The layers are being read for the first time: ask the same again after Retry-After.' },
);

/** How far the first reading is. */
export function showReading({ progress }: StillReading) {
  return { status: 202, body: { state: 'reading' as const, ...progress }, headers: { 'Retry-After': '1' } } as const;
}

/** A layer as the API shows it. */
export function showLayer(which: Static<typeof digest>, sizeBytes: number, summary: LayerSummary): Static<typeof layerPage> {
  return { digest: which, sizeBytes, ...summary };
}
