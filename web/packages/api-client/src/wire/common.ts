// What several areas share.

export interface PlaceRef {
  code: string;
  name: string;
}

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
  total: number;
}
