import { beforeEach, describe, expect, it, vi } from 'vitest';

import {
  ApiError,
  createApi,
  links,
  pendingFactor,
  readCsrfToken,
  signInProblem,
  waysToConfirm,
  withQuery,
} from '../src';

const sent: Request[] = [];

function apiAnswering(status: number, body: unknown, language: 'zh' | 'en' = 'zh') {
  return createApi({
    language: () => language,
    baseUrl: 'http://server.test',
    fetch: async (request) => {
      sent.push(request);
      return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
    },
  });
}

beforeEach(() => {
  sent.length = 0;
  vi.stubGlobal('document', { cookie: 'csrftoken=token-1' });
});

describe('requests', () => {
  it('repeats the key of a list, as the server reads it', async () => {
    await apiAnswering(200, {}).listHouseholds({ hint: ['urgent', 'attention'], region: '990101000000' });
    expect(new URL(sent[0]!.url).searchParams.getAll('hint')).toEqual(['urgent', 'attention']);
  });

  it('puts an ID number that is searched for into no address', async () => {
    await apiAnswering(200, {}).searchHouseholds({ q: '110101199003070011', region: '990101000000' });
    expect([sent[0]!.method, new URL(sent[0]!.url).search]).toEqual(['POST', '']);
    expect(await sent[0]!.json()).toMatchObject({ q: '110101199003070011' });
  });

  it('asks in the language on the screen', async () => {
    await apiAnswering(200, {}, 'en').getSession();
    expect(sent[0]!.headers.get('Accept-Language')).toBe('en');
  });

  it('carries the CSRF token on writes and on writes only', async () => {
    const api = apiAnswering(200, {});
    await api.getSession();
    await api.choosePost('post-1');
    expect(sent[0]!.headers.has('X-CSRFToken')).toBe(false);
    expect(sent[1]!.headers.get('X-CSRFToken')).toBe('token-1');
  });

  it('sends a file as a form', async () => {
    const file = new File(['x'], '医保.xlsx');
    await apiAnswering(202, {}).startImport({ file, dataset: 'medical/claim', region: '990101000000' });
    expect(sent[0]!.headers.get('Content-Type')).toContain('multipart/form-data');
  });
});

describe('calls of the areas', () => {
  it('fills in the path and leaves out what is not asked for', async () => {
    await apiAnswering(200, {}).getRule('medical_lifted', { region: '990101000000' });
    expect(sent[0]!.url).toBe('http://server.test/api/v1/rules/medical_lifted?region=990101000000');
  });

  it('sends evidence as a form with its note', async () => {
    await apiAnswering(200, {}).addEvidence('c-1', new File(['x'], 'page.jpg'), 'page of the booklet');
    expect(new URL(sent[0]!.url).pathname).toBe('/api/v1/changes/c-1/evidence');
    expect((await sent[0]!.formData()).get('note')).toBe('page of the booklet');
  });

  it('takes an empty answer for done', async () => {
    const api = createApi({
      language: () => 'zh',
      baseUrl: 'http://server.test',
      fetch: async () => new Response(null, { status: 204 }),
    });
    await expect(api.undoException('q-1')).resolves.toBeUndefined();
  });
});

describe('refusals', () => {
  it('throws what the server said, with the number to quote', async () => {
    const body = { code: 'E-X', message: '不行。', remedy: '改一改。', request_id: 'r-7' };
    const error = await apiAnswering(409, body).getJob('1').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 409, code: 'E-X', message: '不行。', remedy: '改一改。', requestId: 'r-7' });
  });

  it('knows when there was no answer at all', async () => {
    const api = createApi({
      language: () => 'zh',
      baseUrl: 'http://server.test',
      fetch: async () => Promise.reject(new TypeError('failed')),
    });
    const error = (await api.getSession().catch((thrown: unknown) => thrown)) as ApiError;
    expect(error.isOffline).toBe(true);
  });

  it('takes a stranger for a stranger, not for a fault', async () => {
    await expect(apiAnswering(401, { status: 401 }).auth.prepare()).resolves.toMatchObject({ status: 401 });
    await expect(apiAnswering(401, { status: 401 }).auth.signOut()).resolves.toMatchObject({ status: 401 });
    await expect(apiAnswering(500, {}).auth.prepare()).rejects.toBeInstanceOf(ApiError);
  });

  it('tells a wrong password from a locked account', () => {
    expect(signInProblem(new ApiError(400, { errors: [{ code: 'username_password_mismatch' }] }))).toBe('mismatch');
    expect(signInProblem(new ApiError(400, { errors: [{ code: 'too_many_login_attempts' }] }))).toBe('too-many');
    expect(signInProblem(new ApiError(429))).toBe('too-many');
    expect(signInProblem(new ApiError(0))).toBe('offline');
  });
});

describe('the second step', () => {
  const pending = { id: 'mfa_authenticate', is_pending: true, types: ['totp' as const, 'recovery_codes' as const] };

  it('is waited for when allauth says so, with the kinds that its holder has', () => {
    expect(pendingFactor({ status: 401, data: { flows: [{ id: 'login' }, pending] } })).toEqual(pending.types);
    expect(pendingFactor({ status: 401, data: { flows: [{ id: 'login' }] } })).toBeNull();
    expect(pendingFactor({ status: 200 })).toBeNull();
  });

  it('asks who you are by what you have, and never for a refusal of our own', () => {
    const flows = [{ id: 'reauthenticate' }, { id: 'mfa_reauthenticate', types: ['webauthn' as const] }];
    expect(waysToConfirm({ status: 401, data: { flows } })).toEqual(['key', 'password']);
    expect(waysToConfirm({ status: 401, code: 'E-API-SECOND-FACTOR', data: { flows } })).toEqual([]);
    expect(waysToConfirm({ status: 400, data: { flows } })).toEqual([]);
  });

  it('sends what allauth reads', async () => {
    await apiAnswering(200, { status: 200 }).auth.giveCode('123456');
    expect(new URL(sent[0]!.url).pathname).toBe('/_allauth/browser/v1/auth/2fa/authenticate');
    expect(await sent[0]!.json()).toEqual({ code: '123456' });
  });
});

describe('addresses', () => {
  it('leaves out what is empty', () => {
    expect(withQuery('/a', { q: '', hint: ['urgent'], rule: null })).toBe('/a?hint=urgent');
    expect(withQuery('/a', {})).toBe('/a');
  });

  it('keeps the two segments of a dataset apart', () => {
    expect(links.template('medical/claim')).toBe('/api/v1/datasets/medical/claim/template.xlsx');
  });

  it('finds the token among other cookies', () => {
    expect(readCsrfToken('a=1; csrftoken=abc; b=2')).toBe('abc');
    expect(readCsrfToken('xcsrftoken=abc')).toBe('');
  });
});
