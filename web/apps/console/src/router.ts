import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router';

import { useSession } from './session/sessionStore';
import { ENTRIES, sectionsOf } from './shell/navigation';

export const routes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: () => import('./session/SignInView.vue'), meta: { open: true } },
  { path: '/settle', name: 'settle', component: () => import('./session/SettleView.vue'), meta: { held: true } },
  {
    path: '/',
    component: () => import('./shell/AppShell.vue'),
    children: [
      { path: 'account', name: 'account', component: () => import('./account/AccountView.vue') },
      { path: '', name: 'home', component: () => import('./shell/MissingView.vue') },
      { path: 'desk', name: 'desk', component: () => import('./desk/DeskView.vue') },
      {
        path: 'desk/list',
        name: 'desk-list',
        component: () => import('./desk/DeskListView.vue'),
        children: [{ path: ':id', name: 'desk-item', component: () => import('./proceedings/ProceedingView.vue') }],
      },
      { path: 'overview', name: 'overview', component: () => import('./overview/OverviewView.vue') },
      {
        path: 'households',
        name: 'households',
        component: () => import('./households/HouseholdsView.vue'),
        children: [
          { path: ':householdNo', name: 'household', component: () => import('./household/HouseholdView.vue') },
        ],
      },
      { path: 'rounds', name: 'rounds', component: () => import('./rounds/RoundsView.vue') },
      { path: 'year-window', name: 'year-window', component: () => import('./yearwindow/WindowView.vue') },
      { path: 'learning', name: 'learning', component: () => import('./learning/LearningView.vue') },
      {
        path: 'learning/:ruleId',
        name: 'rule-learning',
        component: () => import('./learning/RuleLearningView.vue'),
      },
      { path: 'rules', name: 'rules', component: () => import('./rules/RulesView.vue') },
      { path: 'rules/:ruleId', name: 'rule', component: () => import('./rules/RuleView.vue') },
      { path: 'coverage', name: 'coverage', component: () => import('./coverage/CoverageView.vue') },
      { path: 'feedback/new', name: 'new-feedback', component: () => import('./feedback/NewFeedbackView.vue') },
      {
        path: 'feedback',
        name: 'feedback',
        component: () => import('./feedback/FeedbackView.vue'),
        children: [{ path: ':id', name: 'feedback-note', component: () => import('./feedback/FeedbackNoteView.vue') }],
      },
      { path: 'pairings', name: 'pairings', component: () => import('./pairings/PairingsView.vue') },
      { path: 'quality', name: 'quality', component: () => import('./quality/QualityView.vue') },
      { path: 'quality/items', name: 'quality-items', component: () => import('./quality/QualityItemsView.vue') },
      { path: 'changes/new', name: 'new-change', component: () => import('./changes/ChangeFormView.vue') },
      { path: 'changes/:id/edit', name: 'edit-change', component: () => import('./changes/ChangeFormView.vue') },
      {
        path: 'changes',
        name: 'changes',
        component: () => import('./changes/ChangesView.vue'),
        children: [{ path: ':id', name: 'change', component: () => import('./changes/ChangeView.vue') }],
      },
      {
        path: 'reconciliations',
        name: 'reconciliations',
        component: () => import('./reconciliation/ReconciliationsView.vue'),
      },
      {
        path: 'reconciliations/:id',
        name: 'reconciliation',
        component: () => import('./reconciliation/ReconciliationView.vue'),
      },
      { path: 'audit', name: 'audit', component: () => import('./audit/AuditView.vue') },
      { path: 'imports', name: 'imports', component: () => import('./imports/ImportsView.vue') },
      { path: 'imports/new', name: 'new-import', component: () => import('./imports/NewImportView.vue') },
      { path: 'imports/:id', name: 'import', component: () => import('./imports/ImportView.vue') },
      { path: 'screening', name: 'screening', component: () => import('./screening/ScreeningView.vue') },
      { path: 'accounts', name: 'accounts', component: () => import('./accounts/AccountsView.vue') },
      { path: 'accounts/new', name: 'new-account', component: () => import('./accounts/NewAccountView.vue') },
      { path: 'accounts/propose', name: 'propose-post', component: () => import('./accounts/ProposePostView.vue') },
      { path: 'exports', name: 'export-requests', component: () => import('./bulk/ExportRequestsView.vue') },
      { path: 'clues/new', name: 'new-clue', component: () => import('./clues/NewClueView.vue') },
      {
        path: 'clues',
        name: 'clues',
        component: () => import('./clues/CluesView.vue'),
        children: [{ path: ':id', name: 'clue', component: () => import('./proceedings/ProceedingView.vue') }],
      },
      {
        path: 'cases',
        name: 'cases',
        component: () => import('./cases/CasesView.vue'),
        children: [{ path: ':id', name: 'case', component: () => import('./proceedings/ProceedingView.vue') }],
      },
      {
        path: 'department',
        name: 'department',
        component: () => import('./department/DepartmentView.vue'),
        children: [
          { path: ':id', name: 'department-item', component: () => import('./proceedings/ProceedingView.vue') },
        ],
      },
      {
        path: 'batches',
        name: 'batches',
        component: () => import('./batches/BatchesView.vue'),
        children: [{ path: ':id', name: 'batch', component: () => import('./batches/BatchView.vue') }],
      },
      {
        path: 'notices',
        name: 'notices',
        component: () => import('./notices/NoticesView.vue'),
        children: [{ path: ':id', name: 'notice', component: () => import('./notices/NoticeView.vue') }],
      },
      { path: 'reviews', name: 'reviews', component: () => import('./cases/ReviewView.vue') },
      {
        path: 'village-lists',
        name: 'village-lists',
        component: () => import('./villagelists/VillageListsView.vue'),
        children: [
          { path: ':id', name: 'village-list', component: () => import('./villagelists/VillageListView.vue') },
        ],
      },
      { path: ':rest(.*)*', name: 'missing', component: () => import('./shell/MissingView.vue') },
    ],
  },
];

export function createConsoleRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/'),
    routes,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
  });
  router.beforeEach(async (to) => {
    if (to.meta.open) return true;
    const session = useSession();
    const query = to.fullPath === '/' ? {} : { next: to.fullPath };
    // A server that does not answer is told of by the sign-in screen, which asks it again.
    const isSignedIn = session.session !== null || (await session.load().catch(() => false));
    if (!isSignedIn) return { name: 'sign-in', query };
    // A second factor or a password that is due comes before everything else.
    if (session.isHeld && !to.meta.held) return { name: 'settle', query };
    // Whoever has duties begins at the desk, everybody else with the first screen of the post.
    const first = sectionsOf(ENTRIES, (need) => session.can(need))[0]?.entries[0];
    return to.name === 'home' && first ? { name: first.name, query: to.query } : true;
  });
  return router;
}
