/** Names of the variables of a URI template: `{id}`, `{+path}`, `{?page,size}`. */
export type UriNames<Uri extends string> = Uri extends `${string}{${infer Inner}}${infer Rest}`
  ? ListedNames<WithoutOperator<Inner>> | UriNames<Rest>
  : never

type WithoutOperator<Inner extends string> =
  Inner extends `${'+' | '#' | '.' | '/' | ';' | '?' | '&'}${infer Names}` ? Names : Inner

type ListedNames<Names extends string> = Names extends `${infer First},${infer Rest}`
  ? First | ListedNames<Rest>
  : Names
