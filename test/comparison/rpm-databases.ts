import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { runProgram } from '../tools/run-program.ts';

/** The headers of packages that `rpmdb --exportdb` wrote, as databases keep them: without the eight bytes in front. */
export function exportedHeaders(exported: Buffer): Buffer[] {
  const headers: Buffer[] = [];
  for (let at = 8; at < exported.length; ) {
    const end = at + 8 + 16 * exported.readUInt32BE(at) + exported.readUInt32BE(at + 4);
    headers.push(exported.subarray(at, end));
    at = end + 8;
  }
  return headers;
}

/** rpm's database of Berkeley DB with these headers, put together by Berkeley DB's own program: numbers as keys, and the last number at 0. */
export async function berkeleyDatabase(load: string, directory: string, headers: readonly Buffer[]): Promise<Buffer> {
  const number = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const rows = [[number(0), number(headers.length)], ...headers.map((header, place) => [number(place + 1), header])].flat();
  const dump = ['VERSION=3', 'format=bytevalue', 'type=hash', 'db_pagesize=4096', 'HEADER=END'];
  await writeFile(join(directory, 'dump'), [...dump, ...rows.map((row) => ` ${row.toString('hex')}`), 'DATA=END', ''].join('\n'));
  await runProgram(load, ['-f', join(directory, 'dump'), join(directory, 'Packages')]);
  return readFile(join(directory, 'Packages'));
}

/** The same in rpm's own form, as rpmpkg.c writes it: the places of packages from the last to the first, and one of a package that was removed. */
export function ndbDatabase(headers: readonly Buffer[]): Buffer {
  const slots = Buffer.alloc(4096);
  slots.write('RpmP');
  slots.writeUInt32LE(1, 12);
  const blobs: Buffer[] = [];
  let block = 4096 / 16;
  for (let slot = 2; slot < 4096 / 16; slot += 1) {
    const header = headers[headers.length - (slot - 2)];
    const blob = header && ndbBlob(slot, header);
    slots.write('Slot', slot * 16);
    if (blob === undefined) continue;
    slots.writeUInt32LE(slot, slot * 16 + 4);
    slots.writeUInt32LE(block, slot * 16 + 8);
    slots.writeUInt32LE(blob.length / 16, slot * 16 + 12);
    blobs.push(blob);
    block += blob.length / 16;
  }
  return Buffer.concat([slots, ...blobs]);
}

function ndbBlob(id: number, header: Buffer): Buffer {
  const blob = Buffer.alloc(Math.ceil((16 + header.length + 12) / 16) * 16);
  blob.write('BlbS');
  blob.writeUInt32LE(id, 4);
  blob.writeUInt32LE(header.length, 12);
  header.copy(blob, 16);
  blob.write('BlbE', blob.length - 4);
  return blob;
}

/** The same in SQLite, with 400 packages of this header; others were there before them and have left their pages. */
export function largeSqliteDatabase(file: string, header: Buffer): Buffer {
  const database = new DatabaseSync(file);
  database.exec(
    "PRAGMA journal_mode = off; PRAGMA synchronous = off; CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)",
  );
  const insert = database.prepare("INSERT INTO 'Packages' (blob) VALUES (?)");
  database.exec('BEGIN');
  for (let count = 0; count < 420; count += 1) insert.run(header.subarray(0, header.length - (count < 40 ? count * 1000 : 0)));
  database.exec("COMMIT; DELETE FROM 'Packages' WHERE hnum <= 40; BEGIN");
  for (let count = 0; count < 20; count += 1) insert.run(header);
  database.exec('COMMIT');
  database.close();
  return readFileSync(file);
}
