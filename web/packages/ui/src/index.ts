export { default as HintMark } from './HintMark.vue';
export { default as HintShape } from './HintShape.vue';
export { default as LevelMark } from './LevelMark.vue';
export { default as ProgressLine } from './ProgressLine.vue';
export { default as ShareBar } from './ShareBar.vue';
export { default as SkeletonRows } from './SkeletonRows.vue';
export { default as StateBlock } from './StateBlock.vue';
export { default as TrendBars } from './TrendBars.vue';
