import type { Region } from '@bangfu/api-client';

const TOWNS = ['城关镇', '白溪镇', '青石镇', '龙潭镇', '枫林乡', '大坪乡', '双河镇', '石门乡', '望江镇', '茶园乡', '梅岭乡', '高桥镇'];
const VILLAGES = ['上坪村', '下坪村', '杨家村', '柳树村', '新塘村', '老屋村'];

const COUNTY: Region = { code: '990101000000', name: '云溪县', level: 3 };

export const towns: Region[] = TOWNS.map((name, index) => ({
  code: `990101${String(index + 100).padStart(3, '0')}000`,
  name,
  level: 4,
}));

export const villages: Region[] = towns.flatMap((town) =>
  VILLAGES.map((name, index) => ({
    code: `${town.code.slice(0, 9)}${String(201 + index)}`,
    name: `${town.name.slice(0, 1)}${name}`,
    level: 5,
  })),
);

export const places: Region[] = [COUNTY, ...towns, ...villages];

export function findPlace(code: string): Region | undefined {
  return places.find((place) => place.code === code);
}

function stem(region: Region): string {
  return region.code.slice(0, { 3: 6, 4: 9, 5: 12 }[region.level]);
}

export function contains(region: Region, code: string): boolean {
  return code.startsWith(stem(region));
}

export function childrenOf(region: Region): Region[] {
  return places.filter((place) => place.level === region.level + 1 && contains(region, place.code));
}

export function pathTo(code: string): Region[] {
  return places.filter((place) => place.code !== code && contains(place, code)).toSorted((a, b) => a.level - b.level);
}
