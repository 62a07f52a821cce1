/** Names of layers: a system takes no longer path (PATH_MAX), and no longer target of a symbolic link. */
export const mostPathBytes = 4096;

/** Extended headers of one entry: twenty names of full length and then some. */
export const mostHeaderBytes = 1024 * 1024;

/** Layers of an image; Docker makes none of more than 127. */
export const mostLayers = 256;

/** Entries of a layer; the largest images known have a third of it. */
export const mostEntries = 1_000_000;

/** Names and records of an index, which are in memory until it is written: three times what a million entries of usual length take. */
export const mostIndexBytes = 320 * 1024 * 1024;

/** Unpacked bytes of a layer: no image is a tenth as large. */
export const mostUnpackedBytes = 256 * 1024 ** 3;

/** Real layers unpack to about 3 times their size, text to 20 times; beyond `freeUnpackedBytes` this many times are a bomb. */
export const mostRatio = 200;

/** So much is unpacked whatever the ratio: a file of zeros is nothing bad. */
export const freeUnpackedBytes = 2 * 1024 ** 3;

/** Holes of sparse files that are read as the zeros they stand for, of a file and of a layer together. */
export const mostHoleBytes = 1024 ** 3;
