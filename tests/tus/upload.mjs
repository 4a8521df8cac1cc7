// upload.mjs CONFIG: uploads a file with the reference client of the tus protocol, and says how that went.
//
// CONFIG is JSON: endpoint, file, metadata, and what may be left out: chunkSize, withCreation (octets go along with the
// first request), abortAt (offsets at which the client breaks off and begins again with nothing but the upload's URL),
// terminate (ends the upload in the middle: after the last of abortAt).
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';

const require = createRequire(`${process.env.TUS_MODULES}/`);
const tus = require('tus-js-client');
const wish = JSON.parse(process.argv[2]);
const told = {url: null, retries: 0, aborted: [], requests: []};

/// One try: the outcome is 'done' or 'aborted'.
function go(abortAt) {
    return new Promise((resolve, reject) => {
        const upload = new tus.Upload(readFileSync(wish.file), {
            endpoint: wish.endpoint,
            uploadUrl: told.url,
            metadata: wish.metadata,
            chunkSize: wish.chunkSize ?? Infinity,
            uploadDataDuringCreation: wish.withCreation ?? false,
            retryDelays: [0, 50, 100, 200, 400, 800, 1600],
            onBeforeRequest: (request) => told.requests.push(request.getMethod()),
            onShouldRetry: () => (told.retries += 1) < 100,
            onUploadUrlAvailable: () => { told.url = upload.url; },
            onError: reject,
            onSuccess: () => resolve('done'),
            onProgress: (sent) => {
                if (abortAt === undefined || sent < abortAt || told.aborted.includes(abortAt)) return;
                told.aborted.push(abortAt);
                upload.abort().then(() => resolve('aborted'), reject);
            },
        });
        upload.start();
    });
}

const aborts = [...(wish.abortAt ?? [])];
while (await go(aborts.shift()) !== 'done' && !(wish.terminate && aborts.length === 0));
if (wish.terminate) await tus.Upload.terminate(told.url);
console.log(JSON.stringify(told));
