import { mostSearched } from '../../registry/ports/browse-store.ts';
import { annotationPositions, type ImageWord } from '../../registry/ports/search-store.ts';
import { searchText } from '../../registry/search-text.ts';

/** Words of an image: what people write on purpose has fewer, and each is rows that a push brings. */
const mostWords = 48;
/** Words of one value beside its pair. */
const mostOfAValue = 6;
/** Characters of a value that are looked at. */
const longestValue = 512;

/**
 * What an image is found by: of each label and annotation `key=value`, the value, and what follows in it each character that is no letter
 * or digit. First the pairs, then values, so that a long description takes the place of no other label.
 */
export function imageWords(labels: unknown, annotations: unknown): ImageWord[] {
  const named = [pairsOf(labels), pairsOf(annotations)].map((pairs, index) => ({ pairs, from: index * annotationPositions }));
  const words: ImageWord[] = [];
  const add = (texts: readonly string[], from: number) => {
    for (const text of new Set(texts))
      if (words.length < mostWords && text !== '') words.push({ word: text, position: from + words.length });
  };
  for (const { pairs, from } of named)
    add(
      pairs.map(([key, value]) => cut(`${key}=${value}`)),
      from,
    );
  for (const { pairs, from } of named)
    add(
      pairs.flatMap(([, value]) => wordsOf(value)),
      from,
    );
  return words;
}

function pairsOf(map: unknown): [string, string][] {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return [];
  return Object.entries(map).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[searchText(key), searchText(value.slice(0, longestValue))]] : [],
  );
}

function wordsOf(value: string): string[] {
  const starts = [0, ...[...value.matchAll(/[^\p{L}\p{N}](?=[\p{L}\p{N}])/gu)].map(({ index }) => index + 1)];
  return starts.slice(0, mostOfAValue).map((start) => cut(value.slice(start)));
}

const cut = (text: string) => text.slice(0, mostSearched).trim();
