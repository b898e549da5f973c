/** Reads a list to its end, whatever AWS calls the token that leads to the next page. Never a half list taken for the whole. */

export interface Page<T> {
  readonly items: readonly T[] | undefined
  /** Absent or empty: that was the last one. */
  readonly next: string | undefined
}

/** `enough` ends the reading early, after the page it is true of. */
export async function paged<T>(
  read: (token: string | undefined) => Promise<Page<T>>,
  enough: (page: readonly T[]) => boolean = () => false,
): Promise<readonly T[]> {
  const all: T[] = []
  let token: string | undefined
  do {
    const page = await read(token)
    all.push(...(page.items ?? []))
    if (enough(page.items ?? [])) return all
    token = page.next === '' ? undefined : page.next
  } while (token !== undefined)
  return all
}

/** In portions of what a call takes at most. */
export function portions<T>(all: readonly T[], atMost: number): readonly (readonly T[])[] {
  return Array.from({length: Math.ceil(all.length / atMost)}, (_, index) => all.slice(index * atMost, (index + 1) * atMost))
}
