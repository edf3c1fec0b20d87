using Assay.Models.Engine.Decode;
using Assay.Models.Generation;
using Assay.Models.Reference;

namespace Assay.Models.Tests.Generation;

public sealed class AdapterShelfTests : IDisposable
{
    private readonly ReferenceModel model = TinyModel.Create();
    private readonly DecodeWeights weights;
    private readonly long size;
    private int loads;

    public AdapterShelfTests()
    {
        weights = DecodeWeights.Of(model);
        using var one = Load();
        size = one.Bytes;
        loads = 0;
    }

    public void Dispose()
    {
        weights.Dispose();
        model.Dispose();
    }

    [Fact]
    public void The_least_recently_used_adapter_that_nobody_holds_makes_room()
    {
        using var shelf = new AdapterShelf(2 * size);
        shelf.Take("a", Load).Dispose();
        shelf.Take("b", Load).Dispose();
        shelf.Take("a", Load).Dispose();
        shelf.Take("c", Load).Dispose();
        Assert.Equal((3, 2 * size), (loads, shelf.Bytes));

        shelf.Take("a", Load).Dispose();
        Assert.Equal(3, loads);
        shelf.Take("b", Load).Dispose();
        Assert.Equal(4, loads);
    }

    [Fact]
    public void Held_adapters_stay_beyond_the_capacity_and_go_when_they_are_given_back()
    {
        using var shelf = new AdapterShelf(size);
        var first = shelf.Take("a", Load);
        var second = shelf.Take("b", Load);
        Assert.Equal(2 * size, shelf.Bytes);

        first.Dispose();
        first.Dispose();
        Assert.Equal(size, shelf.Bytes);
        Assert.NotEqual(0, second.Adapter.Bytes);
        second.Dispose();
        Assert.Equal(size, shelf.Bytes);
    }

    [Fact]
    public void A_removed_adapter_is_loaded_anew_while_its_holder_keeps_the_old_one()
    {
        using var shelf = new AdapterShelf(4 * size);
        var held = shelf.Take("a", Load);

        Assert.True(shelf.Remove("a"));
        Assert.False(shelf.Remove("a"));
        using var again = shelf.Take("a", Load);

        Assert.NotSame(held.Adapter, again.Adapter);
        Assert.Equal(2, loads);
        held.Dispose();
    }

    private DecodeAdapter Load()
    {
        loads++;
        using var adapter = TinyModel.Adapter(model.Plan);
        return new DecodeAdapter(weights, adapter);
    }
}
