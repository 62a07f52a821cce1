/** What the reference says of settings that hold a path. */
export const pathAccepts = { en: 'a path; a relative one starts at the working directory', zh: '路径；相对路径以工作目录为起点' };
