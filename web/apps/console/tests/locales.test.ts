import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from '@vue/compiler-sfc';
import { describe, expect, it } from 'vitest';

import en from '../src/locales/en';
import zh from '../src/locales/zh-CN';

const SOURCE = join(import.meta.dirname, '..', 'src');
const HAN = /[\u4e00-\u9fff]/;

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (typeof value === 'string') found.set(path, value);
    else for (const [inner, text] of flatten(value, path)) found.set(inner, text);
  }
  return found;
}

function placeholders(text: string): string[] {
  return [...new Set(text.match(/\{\w+\}/g))].toSorted();
}

function sources(extension: string): string[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension) && !name.startsWith('locales'))
    .map((name) => join(SOURCE, name));
}

const TEXT = 2;
const ATTRIBUTE = 6;
const SPOKEN = ['placeholder', 'title', 'aria-label', 'alt', 'label'];

interface Node {
  type: number;
  content?: unknown;
  name?: string;
  value?: { content: string };
  children?: Node[];
  props?: Node[];
}

/** Words that stand in a template as they are, as text or in an attribute that is read out. */
function rawTexts(node: Node): string[] {
  const own = node.type === TEXT && typeof node.content === 'string' ? [node.content.trim()] : [];
  const spoken = (node.props ?? [])
    .filter((prop) => prop.type === ATTRIBUTE && SPOKEN.includes(prop.name ?? ''))
    .map((prop) => prop.value?.content ?? '');
  const words = [...own, ...spoken].filter((text) => /[A-Za-z\u4e00-\u9fff]/.test(text));
  return [...words, ...(node.children ?? []).flatMap(rawTexts)];
}

const chinese = flatten(zh);
const english = flatten(en);
const files = [...sources('.vue'), ...sources('.ts')];
const code = files.map((file) => readFileSync(file, 'utf8')).join('\n');

describe('the words', () => {
  it('has every key in both languages', () => {
    expect([...english.keys()].toSorted()).toEqual([...chinese.keys()].toSorted());
  });

  it('leaves no text empty', () => {
    for (const [key, text] of [...chinese, ...english]) expect(text.trim(), key).not.toBe('');
  });

  it('fills the same gaps in both languages', () => {
    for (const [key, text] of chinese) {
      expect(placeholders(english.get(key) ?? ''), key).toEqual(placeholders(text));
    }
  });

  it('writes Chinese in Chinese and English without it', () => {
    const foreign = [...english].filter(([key, text]) => HAN.test(text) && key !== 'common.otherLanguage');
    expect(foreign).toEqual([]);
  });

  it('sets Chinese sentences with full-width marks', () => {
    const narrow = [...chinese].filter(([, text]) => /[\u4e00-\u9fff}][,;:?!()]/.test(text));
    expect(narrow).toEqual([]);
  });
});

describe('the code', () => {
  it('uses only keys that exist', () => {
    const used = [...code.matchAll(/\bt\(\s*'([\w.-]+)'/g), ...code.matchAll(/keypath="([\w.-]+)"/g)];
    const missing = used.map(([, key]) => key as string).filter((key) => !chinese.has(key));
    expect(missing).toEqual([]);
  });

  it('has no key that nobody uses', () => {
    const stems = [...code.matchAll(/`([\w.-]+)\.\$\{/g)].map(([, stem]) => stem as string);
    const conditional = [...code.matchAll(/'([a-z]\w*(?:\.[\w-]+)+)'/gi)].map(([, key]) => key as string);
    const keypaths = [...code.matchAll(/keypath="([\w.-]+)"/g)].map(([, key]) => key as string);
    const named = new Set([...conditional, ...keypaths]);
    const idle = [...chinese.keys()].filter((key) => !named.has(key) && !stems.some((stem) => key.startsWith(`${stem}.`)));
    expect(idle).toEqual([]);
  });

  it('writes no text for users into templates or scripts', () => {
    const offenders: string[] = [];
    for (const file of sources('.vue')) {
      const { template } = parse(readFileSync(file, 'utf8')).descriptor;
      const bare = template?.ast ? rawTexts(template.ast as unknown as Node).filter((text) => text !== 'Ctrl K') : [];
      if (bare.length || HAN.test(template?.content ?? '')) offenders.push(`${file}: ${bare.join(' ')}`);
    }
    for (const file of sources('.ts')) if (HAN.test(readFileSync(file, 'utf8'))) offenders.push(file);
    expect(offenders).toEqual([]);
  });

  it('keeps components small', () => {
    const long = sources('.vue').filter((file) => readFileSync(file, 'utf8').split('\n').length > 150);
    expect(long).toEqual([]);
  });
});
