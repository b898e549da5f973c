/** Hours in milliseconds. */
export const hours = (n: number): number => n * 3_600_000
