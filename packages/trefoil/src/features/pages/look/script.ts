/**
 * All script that a page needs: copying a code, for which there is no way without. A constant: no data may be put into
 * it.
 */
export const SCRIPT = `
for(const box of document.querySelectorAll('[data-copy]')){
const button=box.querySelector('button'),status=box.querySelector('[role=status]');
if(!button||!navigator.clipboard)continue;
button.hidden=false;
button.addEventListener('click',()=>navigator.clipboard.writeText(box.querySelector('pre').textContent).then(()=>{status.textContent=button.dataset.done},()=>{}));
}
`
