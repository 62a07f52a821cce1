export * from './config-difference.ts';
export * from './history-steps.ts';
export * from './image-config.ts';
export * from './image-description.ts';
