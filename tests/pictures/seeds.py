"""seeds.py FOLDER: pictures of every kind that is taken, to make damaged ones of.

PngSuite (Willem van Schaik) is in pypng's source package; the others are made by Pillow.
"""

import sys
from pathlib import Path

import pngsuite
from PIL import Image, ImageCms

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)

for name, data in pngsuite.png.items():
    (folder / f"{name}.png").write_bytes(data)

EDGE = 40
colours = Image.merge("RGB", [Image.linear_gradient("L").resize((EDGE, EDGE)),
                              Image.radial_gradient("L").resize((EDGE, EDGE)),
                              Image.linear_gradient("L").rotate(90).resize((EDGE, EDGE))])
see_through = colours.copy()
see_through.putalpha(Image.radial_gradient("L").resize((EDGE, EDGE)))
exif = Image.Exif()
exif[0x0112] = 6
exif[0x010E] = "somewhere"
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def save(name, image, **options):
    image.save(folder / name, **options)


for subsampling in (0, 1, 2):
    for progressive in (False, True):
        save(f"colour-{subsampling}-{progressive}.jpg", colours, subsampling=subsampling, progressive=progressive)
save("grey.jpg", colours.convert("L"))
save("cmyk.jpg", colours.convert("CMYK"))
save("restarts.jpg", colours, restart_marker_blocks=2)
save("exif.jpg", colours, exif=exif, icc_profile=profile, comment="a comment")
save("profile.png", see_through, icc_profile=profile, exif=exif)
for quality in (10, 90):
    save(f"lossy-{quality}.webp", colours, quality=quality)
    save(f"lossy-alpha-{quality}.webp", see_through, quality=quality, exif=exif, icc_profile=profile)
save("lossless.webp", colours, lossless=True)
save("lossless-alpha.webp", see_through, lossless=True)
save("animated.webp", colours, save_all=True, append_images=[colours.rotate(90)], duration=100)
turned = [colours.rotate(90), see_through.rotate(180), colours]
for lossless in (False, True):
    save(f"animated-{lossless}.webp", see_through, save_all=True, append_images=turned, duration=[50, 100, 70, 20], loop=3, lossless=lossless, exif=exif)
for disposal in (0, 1, 2):
    save(f"animated-{disposal}.png", see_through, save_all=True, append_images=turned, duration=[50, 100, 70, 20], loop=3, disposal=disposal)
for disposal in (1, 2, 3):
    save(f"animated-{disposal}.gif", see_through, save_all=True, append_images=turned, duration=[50, 100, 70, 20], loop=3, disposal=disposal)
save("colours.gif", colours.quantize(64))
save("interlaced.gif", colours.quantize(16), interlace=1)
save("two.gif", colours.quantize(2))
save("animated.gif", colours.quantize(32), save_all=True, append_images=[colours.rotate(90).quantize(32)], duration=100)
save("transparent.gif", see_through.quantize(32), transparency=0)
