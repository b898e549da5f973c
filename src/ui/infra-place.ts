/** How a stack is called on screens: `main@eu-west-1` is `main eu-west-1`. */
export const placed = (id: string): string => id.replace('@', ' ')
