export { default as Login } from './Login.astro';
export { default as Join } from './Join.astro';
export { default as ProfilePicture } from './ProfilePicture.astro';
export { default as ReadmeUpload } from './ReadmeUpload.astro';
export { default as ReadmeEditor } from './ReadmeEditor.astro';
export { default as PublishReport } from './PublishReport.astro';
export { default as MemberFiles } from './MemberFiles.astro';
export { default as ReadmeHistory } from './ReadmeHistory.astro';
