import type { Flag } from '../../command.ts';

/** Which image of several platforms is meant. */
export const platformFlag: Flag = { name: 'platform', value: 'OS/ARCH', summary: 'Of this platform, such as linux/arm64' };
