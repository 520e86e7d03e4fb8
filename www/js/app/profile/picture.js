// SPDX-License-Identifier: ISC
//
// A picture of any size made small enough to be part of a record: a square of its middle, as a data URL.

const MOST = 2048; // letters of the URL, as the API has it
const TRIES = [[96, 0.8], [80, 0.7], [64, 0.7], [64, 0.5], [48, 0.5], [48, 0.3]]; // side in px, quality

export async function smallPicture(file) {
	const picture = await createImageBitmap(file);
	const side = Math.min(picture.width, picture.height);

	for (const [size, quality] of TRIES) {
		const canvas = document.createElement("canvas");
		canvas.width = size;
		canvas.height = size;
		canvas.getContext("2d").drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, size, size);
		for (const kind of ["image/webp", "image/jpeg"]) {
			const url = canvas.toDataURL(kind, quality);
			if (url.length <= MOST && url.startsWith(`data:${kind}`))
				return url;
		}
	}
	throw new RangeError("it does not become small enough");
}
