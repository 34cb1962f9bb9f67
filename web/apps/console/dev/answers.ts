export interface Question {
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
}

export interface Answer {
  status: number;
  body: unknown;
}

export type Handler = (question: Question, parts: string[]) => Answer;

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const missing: Answer = {
  status: 404,
  body: { code: 'E-API-NOT-FOUND', message: '没有找到。', remedy: '', request_id: 'fixture-1' },
};
