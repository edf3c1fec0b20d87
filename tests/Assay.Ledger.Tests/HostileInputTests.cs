using System.Text;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Entries;
using Assay.Ledger.Proofs;
using Assay.Ledger.Tests.Appending;
using Assay.Ledger.Tests.Entries;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Tests;

/// <summary>Seeded mutations of good input: whatever comes in, only the parser's own exception goes out.</summary>
public sealed class HostileInputTests
{
    private const int Seed = 20261122;
    private const int Mutations = 5000;

    private static readonly byte[][] Spice = [.. new[] { "\n\n", "\n", " ", "\"", "\\", "\\ud800", "{", "[", "null", "1e999", "-", "—", "+", "=", "\0", "\uFEFF", "extra ", "index " }.Select(Encoding.UTF8.GetBytes), [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]];

    [Fact]
    public void Entries()
    {
        var accepted = 0;
        foreach (var input in Mutate([.. EntryFixtures.All.Select(entry => entry.ToBytes())]))
        {
            Try(() =>
            {
                var entry = EntryTypes.Parse(input);
                accepted++;
                Assert.True(entry is UnknownEntry || entry.ToBytes().AsSpan().SequenceEqual(input), "accepted bytes are not canonical");
            });
        }

        Assert.InRange(accepted, 1, Mutations / 2);
    }

    [Fact]
    public void Notes()
    {
        var key = NoteVerifier.Parse(Vectors.Vkey);
        var text = Vectors.SignedCheckpoint[..(Vectors.SignedCheckpoint.IndexOf("\n\n", StringComparison.Ordinal) + 1)];
        foreach (var input in Mutate(Encoding.UTF8.GetBytes(Vectors.SignedCheckpoint)))
        {
            Try(() =>
            {
                var note = SignedNote.Parse(input);
                Assert.Equal(input, note.ToBytes());
                Assert.True(note.FindProblem(key) is not null || note.Text == text, "a changed text was accepted");
                foreach (var signature in note.Signatures)
                {
                    Cosignature.TimeOf(signature);
                }
            });
            Try(() => Checkpoint.Parse(Encoding.UTF8.GetString(input)));
        }
    }

    [Fact]
    public void Receipts()
    {
        var key = NoteVerifier.Parse(Vectors.Vkey);
        foreach (var input in Mutate(Encoding.UTF8.GetBytes(Vectors.Receipt)))
        {
            Try(() =>
            {
                var receipt = Receipt.Parse(input);
                Assert.Equal(input, receipt.ToBytes());
                Assert.True(receipt.FindProblem(key) is not null || (receipt.Entry.Span.SequenceEqual(Vectors.Entries[5]) && receipt.Index == 5), "a changed receipt was accepted");
            });
        }
    }

    [Fact]
    public void Verifier_keys()
    {
        foreach (var input in Mutate(Encoding.UTF8.GetBytes(Vectors.Vkey)))
        {
            Try(() => Assert.Equal(Encoding.UTF8.GetString(input), NoteVerifier.Parse(Encoding.UTF8.GetString(input)).Vkey));
        }
    }

    [Fact]
    public void Bundles_tiles_edges_and_paths()
    {
        ReadOnlyMemory<byte>[] entries = [.. EntryFixtures.All.Select(entry => (ReadOnlyMemory<byte>)entry.ToBytes())];
        var edge = RightEdge.Empty.Append(Vectors.Leaves.AsSpan(0, 7)).ToBytes();
        foreach (var input in Mutate(EntryBundle.ToBytes(entries), edge, "tile/entries/x001/234.p/7"u8.ToArray()))
        {
            Try(() => Assert.Equal(input, EntryBundle.ToBytes(EntryBundle.Parse(input, entries.Length))));
            Try(() => Assert.Equal(input, RightEdge.Parse(input).ToBytes()));
            Try(() => Tile.Parse(input, 7));
            if (TilePath.TryParse(Encoding.UTF8.GetString(input), out var path))
            {
                Assert.Equal(Encoding.UTF8.GetString(input), path.ToString());
            }
        }
    }

    [Fact]
    public async Task A_log_folder_of_mutated_files_never_makes_the_check_throw()
    {
        using var log = new TestLog();
        await log.GrowAsync(0, 258, TestContext.Current.CancellationToken);
        var good = log.Files();
        var current = good.Keys.Where(path => path is "checkpoint" or "tile/0/000" or "tile/0/001.p/2" or "tile/1/000.p/1" or "tile/entries/000" or "tile/entries/001.p/2").ToArray();
        Assert.Equal(6, current.Length);
        foreach (var path in current)
        {
            foreach (var input in Mutate(good[path]).Take(60).Where(input => !input.AsSpan().SequenceEqual(good[path])))
            {
                File.WriteAllBytes(Path.Combine(log.Folder, path), input);

                var report = await log.CheckAsync(TestContext.Current.CancellationToken);

                Assert.False(report.IsGood, path);
                Assert.NotEmpty(report.Problem!.Reason);
            }

            File.WriteAllBytes(Path.Combine(log.Folder, path), good[path]);
        }
    }

    private static void Try(Action parse)
    {
        try
        {
            parse();
        }
        catch (LedgerFormatException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }

    private static IEnumerable<byte[]> Mutate(params byte[][] inputs)
    {
        var random = new Random(Seed);
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = inputs[i % inputs.Length].ToList();
            for (var times = random.Next(1, 4); times > 0; times--)
            {
                var at = random.Next(bytes.Count + 1);
                var length = Math.Min(random.Next(1, 20), bytes.Count - at);
                switch (random.Next(6))
                {
                    case 0 when at < bytes.Count:
                        bytes[at] ^= (byte)(1 << random.Next(8));
                        break;
                    case 1:
                        bytes.RemoveRange(at, length);
                        break;
                    case 2:
                        bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                        break;
                    case 3:
                        bytes.RemoveRange(at, bytes.Count - at);
                        break;
                    case 4:
                        bytes.InsertRange(at, Enumerable.Range(0, length).Select(_ => (byte)random.Next(256)).ToArray());
                        break;
                    default:
                        bytes.InsertRange(at, Spice[random.Next(Spice.Length)]);
                        break;
                }
            }

            yield return [.. bytes];
        }
    }
}
