import Type from 'typebox';

/** What a deletion took along. */
export const losses = Type.Object({ repositories: Type.Integer(), tags: Type.Integer(), sizeBytes: Type.Integer() }, { $id: 'Losses' });
