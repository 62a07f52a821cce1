/** The file, in the directory of the registry's own certificates, that clients get: the authority without its key. */
export const authorityName = 'ca.crt';
