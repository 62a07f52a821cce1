import Type from 'typebox';

/** No path in a layer is longer; with what percent-encoding takes. */
const mostCharacters = 4096;

/** A directory, the root when it is left out. */
export const directoryPath = Type.Optional(
  Type.String({ maxLength: mostCharacters, description: 'A directory; the root when it is left out.', examples: ['usr/share'] }),
);

/** What a file is asked for by. */
export const filePath = Type.String({ minLength: 1, maxLength: mostCharacters, description: 'Its path.', examples: ['etc/os-release'] });
