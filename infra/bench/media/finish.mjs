// The same job as shared/media/examples/finish.rs, with sharp: decode, composite the watermark, JPEG of
// quality 90, a 480 px thumbnail, XMP in both. Prints the same JSON.
//
//   node finish.mjs <file> <mark.png> <rounds> [directory to write the results to]

import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import { join } from "node:path";

// sharp lives in .local/bench/media, not beside this file.
const sharp = createRequire(join(process.env.BENCH_HOME, "package.json"))("sharp");
sharp.concurrency(1);

const [file, markFile, rounds, out] = process.argv.slice(2);
const mark = await readFile(markFile);
const xmp = `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"><Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>`;

async function finish() {
    const input = await readFile(file);
    const { width, height } = await sharp(input).metadata();
    const padding = Math.round(width * 0.03);
    // Opacity by multiplying the mark's alpha, the way sharp's documentation does it.
    const { data, info } = await sharp(mark)
        .resize({ width: Math.round(width * 0.15) })
        .composite([{ input: Buffer.from([255, 255, 255, 217]), raw: { width: 1, height: 1, channels: 4 }, tile: true, blend: "dest-in" }])
        .raw()
        .toBuffer({ resolveWithObject: true });
    const image = await sharp(input, { failOn: "truncated" })
        .composite([{
            input: data,
            raw: { width: info.width, height: info.height, channels: info.channels },
            left: width - padding - info.width,
            top: height - padding - info.height,
        }])
        .withXmp(xmp)
        .jpeg({ quality: 90 })
        .toBuffer();
    // From the finished picture, because sharp then decodes it at a quarter of its size: the cheapest way.
    const thumbnail = await sharp(image)
        .resize(480, 480, { fit: "inside", withoutEnlargement: true })
        .withXmp(xmp)
        .jpeg({ quality: 90 })
        .toBuffer();
    return { image, thumbnail };
}

const made = await finish();
const [cpu, wall] = [process.cpuUsage(), performance.now()];
for (let round = 0; round < Number(rounds); round++) await finish();
const { user, system } = process.cpuUsage(cpu);
if (out) {
    await writeFile(join(out, "image.jpg"), made.image);
    await writeFile(join(out, "thumbnail.jpg"), made.thumbnail);
}
console.log(JSON.stringify({
    cpu_ms: (user + system) / 1000 / rounds,
    wall_ms: (performance.now() - wall) / rounds,
    max_rss_mb: process.resourceUsage().maxRSS / 1024,
}));
