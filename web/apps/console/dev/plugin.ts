import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connect, Plugin } from 'vite';

import type { Answer, Question } from './answers.ts';
import { routes } from './routes.ts';
import { state } from './state.ts';

const API = '/api/v1/';
const AUTH = '/_allauth/browser/v1/auth/';
const ACCOUNTS = [
  { username: 'yunxi_county', label_zh: '甲 · 云溪县业务员', label_en: '甲 · county officer, 云溪县', password: 'demo' },
  { username: 'yunxi_town', label_zh: '乙 · 城关镇业务员', label_en: '乙 · township officer, 城关镇', password: 'demo' },
];
const STRANGER: Answer = { status: 401, body: { status: 401, code: 'E-API-SIGN-IN', message: '', remedy: '', request_id: '' } };

function signIn(body: string): Answer {
  const { username, password } = JSON.parse(body) as { username: string; password: string };
  state.isSignedIn = ACCOUNTS.some((account) => account.username === username && account.password === password);
  if (state.isSignedIn) return { status: 200, body: { status: 200 } };
  return { status: 400, body: { status: 400, errors: [{ code: 'username_password_mismatch', param: 'password' }] } };
}

function answerAuth(method: string, name: string, body: string): Answer {
  if (name === 'login') return signIn(body);
  if (method === 'DELETE') state.isSignedIn = false;
  return state.isSignedIn ? { status: 200, body: { status: 200 } } : STRANGER;
}

function matchRoute(pattern: string, path: string): string[] | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length || !wanted.every((part, index) => part === '*' || part === given[index])) return null;
  return given.filter((_, index) => wanted[index] === '*').map(decodeURIComponent);
}

function answerApi(question: Question): Answer {
  if (question.path === 'health') return { status: 200, body: { status: 'ok', version: '0', is_demo: true, asks_second_factor: false, demo_accounts: ACCOUNTS } };
  if (!state.isSignedIn) return STRANGER;
  for (const [method, pattern, handle] of routes) {
    const parts = method === question.method ? matchRoute(pattern, question.path) : null;
    if (parts) return handle(question, parts);
  }
  return { status: 404, body: { code: 'E-API-NOT-FOUND', message: '', remedy: '', request_id: 'fixture-0' } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function handle(request: IncomingMessage, response: ServerResponse, next: Connect.NextFunction): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://fixture');
  const isAuth = url.pathname.startsWith(AUTH);
  if (!isAuth && !url.pathname.startsWith(API)) return next();
  const method = request.method ?? 'GET';
  const body = await readBody(request);
  const answer = isAuth
    ? answerAuth(method, url.pathname.slice(AUTH.length), body)
    : answerApi({ method, path: url.pathname.slice(API.length), query: url.searchParams, body });
  response.statusCode = answer.status;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(answer.body));
}

/** Answers the API from invented data while one works on the screens. */
export function fixtureServer(): Plugin {
  const serve = (server: { middlewares: Connect.Server }) => {
    server.middlewares.use((request, response, next) => void handle(request, response, next));
  };
  return { name: 'bangfu-fixtures', configureServer: serve, configurePreviewServer: serve };
}
