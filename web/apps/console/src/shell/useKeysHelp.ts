import { ref } from 'vue';

const isOpen = ref(false);

/** Whether the list of keys is on the screen: its key and the menu of the account open it. */
export function useKeysHelp() {
  return { isOpen };
}
