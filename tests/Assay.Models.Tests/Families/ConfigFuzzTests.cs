using System.Text;
using Assay.Data.Formats;
using Assay.Models.Families;
using Assay.Testing;

namespace Assay.Models.Tests.Families;

/// <summary>Damaged configurations of every family: a plan, or <see cref="InvalidModelConfigException"/>.</summary>
public sealed class ConfigFuzzTests
{
    [Fact]
    public void Damaged_configurations_of_every_family_end_as_the_typed_exception() => Feed(20_000);

    [Fact]
    [Trait("Tier", "Slow")]
    public void A_million_damaged_configurations() => Feed(1_000_000);

    private static void Feed(int count)
    {
        foreach (string type in TinyConfigs.All.Keys)
        {
            int share = count / TinyConfigs.All.Count;
            Assert.InRange(Mutations.Feed<InvalidModelConfigException>(Encoding.UTF8.GetBytes(TinyConfigs.Json(type)), share, Describe), 1, share - 1);
        }
    }

    private static void Describe(byte[] bytes)
    {
        var plan = ModelFamily.Plan(HfModelConfig.Parse(bytes, default), null);

        // Every size that weights and tables are made from is positive and counted without overflow.
        foreach (var weight in plan.Weights())
        {
            Assert.True(weight.Shape.Aggregate(1L, (elements, size) => checked(elements * size)) > 0, weight.Name);
        }

        foreach (var linear in plan.Blocks[0].Linears)
        {
            Assert.Equal(linear.Out, linear.Rows.Sum(rows => rows.Module.Out <= 1 << 14 ? rows.Order.HubRows(rows.Module.Out).Length : rows.Module.Out));
        }

        Assert.True(plan.Rope is null || plan.Rope.Width > 1 << 12 || plan.Rope.Frequencies(1 << 20).All(double.IsFinite));
    }
}
