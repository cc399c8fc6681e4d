// What outlives a reload, where storage is allowed and has room; nothing depends on it.

export function recall(where, key) {
  try {
    return JSON.parse(globalThis[where].getItem(key));
  } catch {
    return null;
  }
}

export function remember(where, key, value) {
  try {
    globalThis[where].setItem(key, JSON.stringify(value));
  } catch {
    // Then it lives as long as the page.
  }
}
