// Checks a log folder with Go's own golang.org/x/mod/sumdb/{note,tlog}: an implementation that shares nothing with Assay.
//
//	judge FOLDER    the key is FOLDER/vkey
//
// Prints "good SIZE" or the first thing that is wrong, with exit code 1.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// tiles reads tiles where tlog-tiles puts them: Go's own paths carry the height as well, tile/8/L/N.
type tiles struct{ folder string }

func (t tiles) Height() int { return tileHeight }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range wanted {
		bytes, err := os.ReadFile(filepath.Join(t.folder, path(tile)))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

func path(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
}

func main() {
	if len(os.Args) != 2 {
		fail("usage: judge FOLDER")
	}
	folder := os.Args[1]
	tree := checkpoint(folder)
	reader := tlog.TileHashReader(tree, tiles{folder})

	// Every leaf hash is read through the tiles, which the reader verifies against the signed root.
	var indexes []int64
	for i := int64(0); i < tree.N; i++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, i))
	}
	leaves, err := reader.ReadHashes(indexes)
	check(err)
	for i, entry := range entries(folder, tree.N) {
		if tlog.RecordHash(entry) != leaves[i] {
			fail("entry %d does not hash to its leaf", i)
		}
	}

	for _, i := range []int64{0, tree.N / 3, tree.N / 2, tree.N - 1} {
		proof, err := tlog.ProveRecord(tree.N, i, reader)
		check(err)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, i, leaves[i]))
	}
	for _, n := range []int64{1, tree.N / 3, tree.N - 1} {
		old, err := tlog.TreeHash(n, reader)
		check(err)
		proof, err := tlog.ProveTree(tree.N, n, reader)
		check(err)
		check(tlog.CheckTree(proof, tree.N, tree.Hash, n, old))
	}
	fmt.Printf("good %d\n", tree.N)
}

// checkpoint verifies the signature and reads the three lines by hand: tlog.ParseTree expects the header of Go's own log.
func checkpoint(folder string) tlog.Tree {
	vkey, err := os.ReadFile(filepath.Join(folder, "vkey"))
	check(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	check(err)
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	check(err)
	opened, err := note.Open(signed, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		fail("the checkpoint is not three lines of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: root}
}

func entries(folder string, size int64) [][]byte {
	var all [][]byte
	for n := int64(0); int64(len(all)) < size; n++ {
		width := size - n<<tileHeight
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		tile := tlog.Tile{H: tileHeight, L: -1, N: n, W: int(width)}
		name := strings.Replace(path(tile), "tile/data/", "tile/entries/", 1)
		bundle, err := os.ReadFile(filepath.Join(folder, name))
		check(err)
		for len(bundle) > 0 {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				fail("bundle %d is torn after entry %d", n, len(all))
			}
			length := int(binary.BigEndian.Uint16(bundle))
			all = append(all, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	if int64(len(all)) != size {
		fail("the bundles hold %d entries, the checkpoint says %d", len(all), size)
	}
	return all
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, values ...any) {
	fmt.Printf(format+"\n", values...)
	os.Exit(1)
}
