export * from './format';
export * from './hints';
export * from './identity';
export * from './locale';
export * from './period';
export * from './regions';
