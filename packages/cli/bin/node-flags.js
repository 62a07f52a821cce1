// Plain JavaScript without dependencies: this runs before the right Node is known, under Node 20 or newer.

/**
 * Flags of Node for a server, wherever something starts Node for one: the launcher under an older Node, the systemd unit, the
 * container image, `npm start`. V8 otherwise lets the part of the heap for new objects grow to 128 MB on a machine with 16 GB or more,
 * twice what this allows, and no manifest GET is measurably faster for it; half of this makes one 4-7 % dearer (docs/performance.md). It
 * cannot be limited once Node runs.
 * @type {readonly string[]}
 */
export const nodeFlags = ['--max-semi-space-size=32'];
