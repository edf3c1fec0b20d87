using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using Assay.Models.Reference;

namespace Assay.Models.Engine.Decode;

/// <content>Attention over the caches.</content>
public sealed unsafe partial class Decoder
{
    private readonly Action<int, int> attend;
    private AttentionJob attention;

    /// <param name="branch">The branch with its weights.</param>
    /// <param name="block">Its block.</param>
    /// <param name="x">[rows, D], normed.</param>
    /// <param name="y">[rows, D], receives the branch's output.</param>
    private void Attention(DecodeAttention branch, int block, float* x, float* y)
    {
        var heads = branch is DecodeGrouped grouped ? Grouped(grouped, block, x) : Latent((DecodeLatent)branch, block, x);
        attention = heads;
        long mixedWidth = (long)heads.Heads * heads.Shape.ValueDim;
        attention.Mixed = scratch.Floats(ScratchName.Mixed, count * mixedWidth);
        attention.Splits = Math.Clamp(team.Threads / Math.Max(1, count * heads.Shape.Heads), 1, heads.Heads / heads.Shape.Heads);
        int tasks = count * heads.Shape.Heads * attention.Splits;
        if (Wide)
        {
            ParallelFor.Run(tasks, 1, attend);
        }
        else
        {
            team.Run(tasks, 1, attend);
        }

        Linear(branch.Output, attention.Mixed, mixedWidth, count, y, plan.Hidden);
    }

    private AttentionJob Grouped(DecodeGrouped branch, int block, float* x)
    {
        var form = branch.Grouped;
        int width = branch.Qkv.Out;
        float* qkv = scratch.Floats(ScratchName.Queries, (long)count * width);
        Linear(branch.Qkv, x, plan.Hidden, count, qkv, width);
        EachRow(row => GroupedRow(branch, block, row, qkv + ((long)row * width)));
        return new AttentionJob
        {
            Plan = form,
            Shape = branch.Cache,
            Block = block,
            Heads = form.Heads,
            Queries = qkv,
            QueryStride = width,
            Slopes = form.Position is PositionKind.Alibi ? AttentionOperators.AlibiSlopes(form.Heads) : null,
        };
    }

    /// <summary>Norms, turns and caches what the projection made of one row.</summary>
    private void GroupedRow(DecodeGrouped branch, int block, int row, float* query)
    {
        var form = branch.Grouped;
        float* key = query + (form.Heads * form.HeadDim);
        if (branch.QueryNorm is { } queryNorm)
        {
            NormHeads(queryNorm, query, form.Heads, form.HeadDim);
        }

        if (branch.KeyNorm is { } keyNorm)
        {
            NormHeads(keyNorm, key, form.KvHeads, form.HeadDim);
        }

        if (form.Position is PositionKind.Rope)
        {
            Rotate(row, query, form.Heads, form.HeadDim);
            Rotate(row, key, form.KvHeads, form.HeadDim);
        }

        Store(block, branch.Cache, row, key, form.HeadDim, key + (form.KvHeads * form.HeadDim), form.HeadDim);
    }

    private void EachRow(Action<int> body)
    {
        ParallelFor.Run(count, MostNarrowRows, (first, end) =>
        {
            for (int row = first; row < end; row++)
            {
                body(row);
            }
        });
    }

    private AttentionJob Latent(DecodeLatent branch, int block, float* x)
    {
        var form = branch.Latent;
        int queryWidth = form.Nope + form.Rotary;
        float* queries = scratch.Floats(ScratchName.Queries, (long)count * branch.Query.Out);
        int downWidth = Math.Max(branch.QueryDown?.Out ?? 0, branch.KvDown.Out);
        float* compressed = scratch.Floats(ScratchName.Compressed, (long)count * downWidth);
        if (branch.QueryDown is { } down)
        {
            Linear(down, x, plan.Hidden, count, compressed, downWidth);
            Norm(branch.QueryNorm!, compressed, downWidth, compressed, downWidth, count);
            Linear(branch.Query, compressed, downWidth, count, queries, branch.Query.Out);
        }
        else
        {
            Linear(branch.Query, x, plan.Hidden, count, queries, branch.Query.Out);
        }

        Linear(branch.KvDown, x, plan.Hidden, count, compressed, downWidth);
        float* expanded = scratch.Floats(ScratchName.KeyValues, (long)count * (branch.KvUp.Out + (form.Heads * queryWidth)));
        float* keys = expanded + ((long)count * branch.KvUp.Out);
        Norm(branch.KvNorm, compressed, downWidth, compressed, downWidth, count);
        Linear(branch.KvUp, compressed, downWidth, count, expanded, branch.KvUp.Out);
        EachRow(row => LatentRow(
            branch,
            block,
            row,
            new LatentRowParts
            {
                Query = queries + ((long)row * branch.Query.Out),
                SharedKey = compressed + ((long)row * downWidth) + form.KvRank,
                Expanded = expanded + ((long)row * branch.KvUp.Out),
                Keys = keys + ((long)row * form.Heads * queryWidth),
            }));
        return new AttentionJob { Plan = form, Shape = branch.Cache, Block = block, Heads = form.Heads, Queries = queries, QueryStride = branch.Query.Out };
    }

    /// <summary>Turns one row's queries and shared key, joins the keys and caches them.</summary>
    private void LatentRow(DecodeLatent branch, int block, int row, LatentRowParts parts)
    {
        var form = branch.Latent;
        int queryWidth = form.Nope + form.Rotary;
        int upWidth = form.Nope + form.ValueDim;
        Rotate(row, parts.SharedKey, 1, form.Rotary);
        Rotate(row, parts.Query + form.Nope, form.Heads, queryWidth);
        for (int head = 0; head < form.Heads; head++)
        {
            float* key = parts.Keys + (head * queryWidth);
            Buffer.MemoryCopy(parts.Expanded + (head * upWidth), key, 4L * form.Nope, 4L * form.Nope);
            Buffer.MemoryCopy(parts.SharedKey, key + form.Nope, 4L * form.Rotary, 4L * form.Rotary);
        }

        Store(block, branch.Cache, row, parts.Keys, queryWidth, parts.Expanded + form.Nope, upWidth);
    }

    private void NormHeads(DecodeNorm norm, float* heads, int headCount, int width)
    {
        for (int head = 0; head < headCount; head++)
        {
            Norm(norm, heads + (head * width), width, heads + (head * width), width, 1);
        }
    }

    /// <summary>Turns the first rotary dimensions of each head by the row's position.</summary>
    private void Rotate(int row, float* heads, int headCount, int stride)
    {
        int pairs = rope!.Pairs;
        int zero = 0;
        var table = new RotaryAngles(
            scratch.Floats(ScratchName.Cos, (long)count * pairs) + ((long)row * pairs),
            scratch.Floats(ScratchName.Sin, (long)count * pairs) + ((long)row * pairs),
            pairs);
        Rotary.Apply(Rows(heads, 0), new RowSize(headCount, stride), &zero, table, 1, 1);
    }

    /// <summary>Writes a row's keys and values into its page.</summary>
    private void Store(int block, CacheShape shape, int row, float* keys, int keyStride, float* values, int valueStride)
    {
        const int positions = KvPool.PagePositions;
        var (sequence, _, index, _, _, _) = rows[row];
        nint page = sequence.Pages[index / positions];
        int slot = index % positions;
        for (int head = 0; head < shape.Heads; head++)
        {
            long key = sequence.Pool.KeyOffset(block) / ElementSize(sequence) + ((long)head * shape.KeyDim * positions) + slot;
            long value = (sequence.Pool.ValueOffset(block) / ElementSize(sequence)) + ((((long)head * positions) + slot) * shape.ValueDim);
            if (sequence.Pool.Format is CacheFormat.Bf16)
            {
                StoreColumn((ushort*)page + key, keys + (head * keyStride), shape.KeyDim, positions);
                StoreColumn((ushort*)page + value, values + (head * valueStride), shape.ValueDim, 1);
            }
            else
            {
                StoreColumn((float*)page + key, keys + (head * keyStride), shape.KeyDim, positions);
                StoreColumn((float*)page + value, values + (head * valueStride), shape.ValueDim, 1);
            }
        }
    }

    private static int ElementSize(KvSequence sequence) => sequence.Pool.Format is CacheFormat.Bf16 ? 2 : 4;

    private static void StoreColumn(ushort* target, float* source, int width, int stride)
    {
        for (int index = 0; index < width; index++)
        {
            target[index * stride] = Bf16.Round(source[index]);
        }
    }

    private static void StoreColumn(float* target, float* source, int width, int stride)
    {
        for (int index = 0; index < width; index++)
        {
            target[index * stride] = source[index];
        }
    }

    /// <summary>Tasks are rows × key heads × splits of the query heads that share a key head.</summary>
    private void AttendRange(int first, int end)
    {
        var shape = attention.Shape;
        int group = attention.Heads / shape.Heads;
        for (int task = first; task < end; task++)
        {
            var (rest, split) = int.DivRem(task, attention.Splits);
            var (row, keyHead) = int.DivRem(rest, shape.Heads);
            int from = group * split / attention.Splits;
            int to = group * (split + 1) / attention.Splits;
            for (int head = (keyHead * group) + from; head < (keyHead * group) + to; head++)
            {
                Attend(row, keyHead, head);
            }
        }
    }

    private void Attend(int row, int keyHead, int head)
    {
        var (form, shape) = (attention.Plan, attention.Shape);
        var (sequence, _, index, _, _, _) = rows[row];
        var pool = sequence.Pool;
        int size = ElementSize(sequence);
        var cached = new CachedHead
        {
            Format = pool.Format,
            Keys = pool.KeyOffset(attention.Block) + ((long)keyHead * shape.KeyDim * KvPool.PagePositions * size),
            Values = pool.ValueOffset(attention.Block) + ((long)keyHead * shape.ValueDim * KvPool.PagePositions * size),
            KeyDim = shape.KeyDim,
            ValueDim = shape.ValueDim,
            First = form.Window is { } window ? Math.Max(0, index + 1 - window) : 0,
            End = index + 1,
            Scale = (float)form.Scale,
            Slope = attention.Slopes?[head] ?? 0,
            SoftCap = (float)(form.SoftCap ?? 0),
        };
        fixed (nint* pages = sequence.Pages)
        {
            CacheAttention.Run(
                cached,
                pages,
                attention.Queries + (row * attention.QueryStride) + (head * shape.KeyDim),
                attention.Mixed + ((((long)row * attention.Heads) + head) * shape.ValueDim));
        }
    }

    /// <summary>What the projections made of one row.</summary>
    private struct LatentRowParts
    {
        public float* Query;
        public float* SharedKey;
        public float* Expanded;
        public float* Keys;
    }

    /// <summary>What the team attends to.</summary>
    private struct AttentionJob
    {
        public AttentionPlan Plan;
        public CacheShape Shape;
        public int Block;
        public int Heads;
        public int Splits;
        public float* Queries;
        public long QueryStride;
        public float* Mixed;
        public float[]? Slopes;
    }
}
