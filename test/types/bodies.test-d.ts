// REQ-1, BIND-15, ROUTE-5: what handlers are given of bodies, files and typed segments.
import { createApp, file, files, path, type RequestForm, type UploadedFile } from 'trefoil'
import { z } from 'zod'
import { exact } from './expect.ts'

const app = createApp()

app.post(
  '/uploads/{id:bigint}/{n:int}',
  { params: { one: file(), maybe: file({ optional: true }), all: files({ optional: true }) } },
  async ({ id, n, one, maybe, all }, { request }) => {
    exact<bigint>()(id)
    exact<number>()(n)
    exact<UploadedFile>()(one)
    exact<UploadedFile | undefined>()(maybe)
    exact<readonly UploadedFile[]>()(all)
    exact<Uint8Array>()(await request.body())
    exact<unknown>()(await request.json())
    exact<RequestForm>()(await request.form())
    exact<AsyncIterable<Uint8Array>>()(request.stream())
    exact<AsyncIterable<Uint8Array>>()(one.stream())
  },
)

app.get('/x/{id:bigint}', { params: { id: path(z.bigint().positive()) } }, ({ id }) => {
  exact<bigint>()(id)
  return String(id)
})

app.tool(
  'upload',
  // @ts-expect-error: an optional file is no argument of a tool either
  { description: 'No.', params: { one: file({ optional: true }) } },
  () => null,
)
