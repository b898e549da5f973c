/**
 * What the judge is given: requests and, among them, bad ones. Whole numbers, bad ≤ requests; whoever reads them checks that.
 * A fraction with no requests is 0 here, and every rule that mustn't take "no requests" for "none bad" asks for requests first.
 */
export interface Count {
  readonly requests: number
  readonly bad: number
}

/** One settled minute of one gate. List positions are the judge's minutes: gaps are never filled. */
export interface PairedMinute {
  readonly canary: Count
  readonly stable: Count
}

export const noCount: Count = {requests: 0, bad: 0}

export const sum = (a: Count, b: Count): Count => ({requests: a.requests + b.requests, bad: a.bad + b.bad})

export const fraction = (count: Count): number => (count.requests === 0 ? 0 : count.bad / count.requests)
