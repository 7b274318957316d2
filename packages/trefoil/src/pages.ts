export type { HtmlValue as MarkupValue } from './describe/pages/escaped-html.ts'
export { Html as Markup, html as markup } from './describe/pages/escaped-html.ts'
export type {
  Autocomplete,
  ChoiceField,
  FieldErrors,
  FieldValue,
  FieldValues,
  FieldWords,
  HiddenField,
  PageField,
  PageFields,
  SecretField,
  TextField,
  TickField,
  TypedField,
} from './features/pages/forms/fields.ts'
export { FormError, FormLeads } from './features/pages/forms/form-error.ts'
export type { FormLook } from './features/pages/forms/form-view.ts'
export type { PagesTheme } from './features/pages/look/theme.ts'
export type { Content, CopyWords, TableContent, Ui } from './features/pages/look/ui.ts'
export { ui } from './features/pages/look/ui.ts'
export { foreign, visibleText } from './features/pages/look/visible-text.ts'
export { nextPlace } from './features/pages/next-place.ts'
export type { PageNoticeKind } from './features/pages/page-cookies.ts'
export type {
  FormOptions,
  FormProblems,
  Page,
  PageArgs,
  PageContent,
  PageForm,
  PageOptions,
  PageRouteOptions,
  PageView,
  SendOptions,
} from './features/pages/page-types.ts'
export type { GoOptions, NoFields, Pages } from './features/pages/pages.ts'
export { pages } from './features/pages/pages.ts'
export type { PagesOptions } from './features/pages/pages-options.ts'
export type { Texts, TextsByLanguage, TextValues } from './features/pages/texts/texts.ts'
