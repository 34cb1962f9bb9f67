import { ref } from 'vue';

const STORAGE_KEY = 'bangfu.large';
const isLarge = ref(false);

function applyDark(dark: boolean): void {
  document.documentElement.classList.toggle('dark', dark);
}

function applyLarge(large: boolean): void {
  isLarge.value = large;
  if (large) document.documentElement.dataset.size = 'large';
  else delete document.documentElement.dataset.size;
}

/** Follows the system between light and dark, and remembers large mode on this device. */
export function startAppearance(): void {
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  applyDark(system.matches);
  system.addEventListener('change', (event) => applyDark(event.matches));
  applyLarge(localStorage.getItem(STORAGE_KEY) === '1');
}

export function useLargeMode() {
  return {
    isLarge,
    toggleLarge(): void {
      applyLarge(!isLarge.value);
      localStorage.setItem(STORAGE_KEY, isLarge.value ? '1' : '0');
    },
  };
}
