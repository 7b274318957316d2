/** Names of the tools a server offers beside `get_order`, which is declared before them. */
export function otherTools() {
  const count = Number(process.env.TOOLS ?? 1) - 1
  return Array.from({ length: count }, (_, index) => `get_order_${index + 2}`)
}
