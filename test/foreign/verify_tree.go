// Verifies a tree of checkpoints with golang.org/x/mod/sumdb/note and sumdb/tlog, by other authors:
// the signature, every tile that the leaves need, every leaf against the root, and one proof of inclusion.
//
//	verify_tree DIR VKEY
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(err error, what string) {
	if err != nil {
		fmt.Printf("FAIL %s: %v\n", what, err)
		os.Exit(1)
	}
}

// folder serves tiles out of a folder, whose paths have no height in them.
type folder string

func (folder) Height() int { return 8 }

func (folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (dir folder) file(path string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(dir), filepath.FromSlash(path)))
}

func (dir folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		bytes, err := dir.file(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

// split takes the leaves of a bundle apart.
func split(bundle []byte) ([][]byte, error) {
	var leaves [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
			return nil, fmt.Errorf("cut off")
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		leaves = append(leaves, bundle[2:end])
		bundle = bundle[end:]
	}
	return leaves, nil
}

func main() {
	dir := folder(os.Args[1])
	verifier, err := note.NewVerifier(os.Args[2])
	fail(err, "key")
	signed, err := dir.file("checkpoint")
	fail(err, "checkpoint")
	opened, err := note.Open(signed, note.VerifierList(verifier))
	fail(err, "signature")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		fail(fmt.Errorf("%q", opened.Text), "origin")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	fail(err, "size")
	root, err := tlog.ParseHash(lines[2])
	fail(err, "root")
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, dir)

	for first := int64(0); first < size; first += 256 {
		width := size - first
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}
		bundle, err := dir.file(strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1))
		fail(err, "bundle")
		leaves, err := split(bundle)
		fail(err, "bundle")
		if int64(len(leaves)) != width {
			fail(fmt.Errorf("%d leaves", len(leaves)), "bundle")
		}
		var indexes []int64
		for at := range leaves {
			indexes = append(indexes, tlog.StoredHashIndex(0, first+int64(at)))
		}
		hashes, err := reader.ReadHashes(indexes)
		fail(err, "tiles")
		for at, leaf := range leaves {
			if tlog.RecordHash(leaf) != hashes[at] {
				fail(fmt.Errorf("number %d", first+int64(at)), "leaf")
			}
		}
	}

	index := size / 3
	proof, err := tlog.ProveRecord(size, index, reader)
	fail(err, "proof")
	hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
	fail(err, "proof")
	fail(tlog.CheckRecord(proof, size, root, index, hashes[0]), "proof")
	if size > 1 {
		older, err := tlog.TreeHash(size/2+1, reader)
		fail(err, "older tree")
		grown, err := tlog.ProveTree(size, size/2+1, reader)
		fail(err, "growth")
		fail(tlog.CheckTree(grown, size, root, size/2+1, older), "growth")
	}
	fmt.Printf("ok %d %s\n", size, base64.StdEncoding.EncodeToString(root[:]))
}
