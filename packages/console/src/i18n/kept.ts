/**
 * What this browser has kept under a name. A browser that is told to keep nothing of this page throws for the question alone, and one without
 * room for more throws for the answer: what was chosen then counts until the page is left.
 */
export function readKept(store: 'localStorage' | 'sessionStorage', name: string): string | undefined {
  try {
    return window[store].getItem(name) ?? undefined;
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

/** Whether the browser keeps it. */
export function keep(store: 'localStorage' | 'sessionStorage', name: string, text: string): boolean {
  try {
    window[store].setItem(name, text);
    return true;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}
