// Command paint makes the gallery's sample photos: landscapes that exist nowhere else, the same
// ones on every run.
package main

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"log"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// scene is a landscape. Lengths are parts of the picture's height, 0 at the top; x has the same
// unit.
type scene struct {
	name          string
	width, height int
	seed          float64
	sky           []rgb // from the top to the horizon
	horizon       float64
	light         [3]float64 // sun or moon: x, y, radius; no light without radius
	lightColor    rgb
	glow          float64
	stars         float64
	clouds        float64
	cloudColor    rgb
	aurora        float64
	ridges        []ridge // from far to near
	water         float64 // where the mirror begins, or 0 for none
}

type ridge struct {
	at, rise, scale float64 // height of its foot, of its tops above that, how fine
	octaves         int
	color, mist     rgb // at the crest and further down
	depth           float64
	snow            float64 // where snow ends, or 0 for none
	trees           float64 // height of the trees on it
	flanks          float64 // how far light and shadow sides of dunes differ
}

func main() {
	var all sync.WaitGroup
	slots := make(chan struct{}, runtime.NumCPU())
	for _, s := range scenes {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if err := s.save(filepath.Join("samples", s.name+".jpg")); err != nil {
				log.Fatal(err)
			}
		})
	}
	all.Wait()
}

func (s scene) save(path string) error {
	picture := image.NewRGBA(image.Rect(0, 0, s.width, s.height))
	unit := float64(s.height)
	for y := range s.height {
		for x := range s.width {
			px, py := float64(x)/unit, float64(y)/unit
			c := s.color(px, py)
			dx, dy := float64(x)/float64(s.width)-.5, py-.5
			c = c.times(1 - .32*(dx*dx+dy*dy)) // lenses are darker in the corners
			grain := (hash(float64(x), float64(y), 7) - .5) * 2.2
			picture.SetRGBA(x, y, c.pixel(grain))
		}
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := jpeg.Encode(file, picture, &jpeg.Options{Quality: 82}); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return file.Close()
}

// color returns the color of a point, or of the mirrored one in the water.
func (s scene) color(x, y float64) rgb {
	if s.water == 0 || y < s.water {
		return s.dry(x, y)
	}
	depth := (y - s.water) / (1 - s.water)
	wave := fbm(x*7/(.12+depth), math.Log(.02+depth)*26, s.seed+50, 3) - .5
	c := s.dry(x+wave*.05*depth, s.water-(y-s.water)*(1.35+.5*depth)+wave*.09*depth)
	c = mix(c, s.sky[0].times(.5), .18+.3*depth)
	if s.light[2] > 0 {
		off := (x - s.light[0] + wave*.16) / (.03 + .13*depth)
		path := math.Exp(-off * off)
		c = mix(c, s.lightColor, path*smooth(.02, .3, wave+.08)*.85)
	}
	return mix(c, s.sky[len(s.sky)-1], .5*math.Exp(-depth*60)) // a thin bright shore
}

func (s scene) dry(x, y float64) rgb {
	c := s.air(x, y)
	for i, r := range s.ridges {
		seed := s.seed + float64(i)*17
		crest := r.crest(x, seed)
		cover := smooth(-.0009, .0009, y-crest)
		if r.trees > 0 {
			cover = max(cover, r.forest(x, y, seed))
		}
		if cover > 0 {
			c = mix(c, r.surface(x, y, crest, seed), cover)
		}
	}
	return c
}

func (s scene) air(x, y float64) rgb {
	at := min(max(y/s.horizon, 0), .9999) * float64(len(s.sky)-1)
	c := mix(s.sky[int(at)], s.sky[int(at)+1], smooth(0, 1, at-math.Floor(at)))
	if s.stars > 0 {
		c = c.plus(rgb{.92, .95, 1}.times(s.starlight(x, y) * s.stars * smooth(s.horizon, s.horizon*.5, y)))
	}
	if s.aurora > 0 {
		c = c.plus(s.curtain(x, y))
	}
	distance := math.Hypot(x-s.light[0], y-s.light[1])
	if s.light[2] > 0 {
		c = mix(c, s.lightColor, s.glow*math.Exp(-distance*distance*9))
		c = mix(c, s.lightColor, .7*s.glow*math.Exp(-distance*13))
		c = mix(c, mix(s.lightColor, rgb{1, 1, 1}, .75), smooth(s.light[2]+.002, s.light[2]-.002, distance))
	}
	if s.clouds > 0 {
		bend := fbm(x*2, y*6, s.seed+3, 3)
		density := fbm(x*1.5+bend*.7, y*7.5+bend, s.seed+9, 6)
		cover := smooth(.62-s.clouds*.3, .98-s.clouds*.3, density) * smooth(s.horizon*1.02, s.horizon*.6, y)
		lit := mix(s.cloudColor, s.lightColor, .75*math.Exp(-distance*distance*5))
		c = mix(c, mix(lit, s.sky[0], .5*smooth(.5, .85, density)), cover*.85)
	}
	return c
}

func (s scene) starlight(x, y float64) float64 {
	band := math.Exp(-math.Pow((y-.55+.42*x+.12*(fbm(x*2, y*2, s.seed+4, 3)-.5))/.13, 2)) // a galaxy
	total := band * (.10 + .3*math.Pow(fbm(x*5, y*5, s.seed+5, 6), 2.2))
	for _, size := range []float64{90, 240} {
		cx, cy := math.Floor(x*size), math.Floor(y*size)
		chance := hash(cx, cy, s.seed+size)
		if chance > .94-.10*band {
			fx, fy := .3+.4*hash(cx, cy, 1), .3+.4*hash(cx, cy, 2)
			distance := math.Hypot(x*size-cx-fx, y*size-cy-fy) * 1067 / size
			total += math.Pow(hash(cx, cy, 3), 4) * 1.5 * math.Exp(-distance*distance/1.3)
		}
	}
	return total
}

func (s scene) curtain(x, y float64) rgb {
	var total rgb
	for i := range 3 {
		n := float64(i)
		foot := .5 - .13*n + .26*(fbm(x*.9+n*5, n, s.seed+6, 3)-.5) + .05*math.Sin(x*3+n*2)
		rays := .35 + .9*math.Pow(fbm(x*15+n*9+2*y, n, s.seed+8, 3), 1.6)
		up := foot - y
		strength := (1 - .3*n) * smooth(-.05, .03, up) * math.Exp(-math.Max(up, 0)*(6+n)) * rays * s.aurora
		total = total.plus(mix(rgb{.2, .95, .6}, rgb{.5, .25, .85}, smooth(.04, .3, up)).times(strength))
	}
	return total
}

func (r ridge) crest(x, seed float64) float64 {
	height, size, whole := 0.0, 1.0, 0.0
	for o := range r.octaves {
		n := noise(x*r.scale*math.Pow(2, float64(o))+seed*3.7, seed)
		if r.octaves > 4 {
			n = 1 - math.Abs(2*n-1) // ridged: sharp tops
		}
		height += n * size
		whole += size
		size *= .46
	}
	return r.at - r.rise*(height/whole)
}

func (r ridge) surface(x, y, crest, seed float64) rgb {
	below := y - crest
	c := r.color
	if r.snow > 0 {
		relief := func(dx, dy float64) float64 { return fbm((x+dx)*15+(y+dy)*7, (y+dy)*19-(x+dx)*5, seed, 6) }
		lit := (relief(0, 0) - relief(.004, .003)) * 6
		snowy := smooth(.08, -.05, crest+below*1.1-r.snow+.35*(relief(0, 0)-.5))
		c = mix(c, rgb{.95, .96, 1}, snowy*.92).times(.86 + min(max(lit, -.42), .3))
	}
	if r.flanks > 0 {
		slide := x + below*1.1
		slope := (r.crest(slide+.012, seed) - r.crest(slide-.012, seed)) * r.flanks
		c = mix(c, r.mist, smooth(-.3, .8, slope)).times(1 - .3*smooth(.05, -.6, slope))
	}
	return mix(c, r.mist, smooth(0, r.depth, below))
}

// forest returns how much of a point conifers cover.
func (r ridge) forest(x, y, seed float64) float64 {
	cover, spacing := 0.0, r.trees*.19
	for i := -4.0; i <= 4; i++ {
		cell := math.Floor(x/spacing) + i
		center := (cell + .2 + .6*hash(cell, seed, 1)) * spacing
		height := r.trees * (.35 + .65*hash(cell, seed, 2)) * (.55 + .9*noise(cell*.13, seed+1))
		top := r.crest(center, seed) - height*.8
		down := (y - top) / height
		if down < 0 || down > 1.3 {
			continue
		}
		layer := down*11 + hash(cell, seed, 3)
		branch := .55 + .45*(layer-math.Floor(layer)) + .2*(hash(math.Floor(layer), cell, math.Copysign(1, x-center))-.5)
		half := height * (.006 + .17*down*branch)
		cover = max(cover, smooth(.0008, -.0008, math.Abs(x-center)-half))
	}
	return cover
}

type rgb [3]float64

func hex(v uint32) rgb {
	return rgb{float64(v>>16) / 255, float64(v>>8&255) / 255, float64(v&255) / 255}
}

func mix(a, b rgb, t float64) rgb {
	t = min(max(t, 0), 1)
	return a.times(1 - t).plus(b.times(t))
}

func (a rgb) plus(b rgb) rgb        { return rgb{a[0] + b[0], a[1] + b[1], a[2] + b[2]} }
func (a rgb) times(f float64) rgb   { return rgb{a[0] * f, a[1] * f, a[2] * f} }
func channel(v, grain float64) byte { return byte(min(max(v*255+grain+.5, 0), 255)) }
func (a rgb) pixel(grain float64) color.RGBA {
	return color.RGBA{channel(a[0], grain), channel(a[1], grain), channel(a[2], grain), 255}
}

func smooth(from, to, v float64) float64 {
	t := min(max((v-from)/(to-from), 0), 1)
	return t * t * (3 - 2*t)
}

func hash(x, y, seed float64) float64 {
	h := uint64(int64(x))*0x9E3779B97F4A7C15 ^ uint64(int64(y))*0xC2B2AE3D27D4EB4F ^ math.Float64bits(seed)*0x165667B19E3779F9
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	h ^= h >> 32
	h *= 0x94D049BB133111EB
	return float64(h>>11) / (1 << 53)
}

func noise(x, seed float64) float64 {
	i := math.Floor(x)
	return hash(i, 0, seed) + (hash(i+1, 0, seed)-hash(i, 0, seed))*smooth(0, 1, x-i)
}

func noise2(x, y, seed float64) float64 {
	i, j := math.Floor(x), math.Floor(y)
	u, v := smooth(0, 1, x-i), smooth(0, 1, y-j)
	top := hash(i, j, seed)*(1-u) + hash(i+1, j, seed)*u
	bottom := hash(i, j+1, seed)*(1-u) + hash(i+1, j+1, seed)*u
	return top*(1-v) + bottom*v
}

func fbm(x, y, seed float64, octaves int) float64 {
	sum, size, whole := 0.0, 1.0, 0.0
	for range octaves {
		sum += noise2(x, y, seed) * size
		whole += size
		size *= .5
		x, y = 1.6*x+1.2*y+3.1, 1.6*y-1.2*x+1.7
	}
	return sum / whole
}
