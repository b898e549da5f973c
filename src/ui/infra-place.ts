/** How a stack is called on screens: `main@eu-west-1` is `main eu-west-1`, and so is its second pass `main@eu-west-1.then`. */
export const placed = (id: string): string => id.replace('@', ' ').replace(/\.then$/, '')
