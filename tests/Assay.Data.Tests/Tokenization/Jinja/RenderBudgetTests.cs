using Assay.Data.Tokenization;
using Assay.Data.Tokenization.Jinja;

namespace Assay.Data.Tests.Tokenization.Jinja;

public sealed class RenderBudgetTests
{
    [Fact]
    public void Five_seconds_are_the_most()
    {
        var clock = new Clock();
        var budget = new RenderBudget(clock);
        Steps(budget, 1000);
        clock.Seconds = 6;
        var error = Assert.Throws<ChatTemplateException>(() => Steps(budget, 64));
        Assert.Contains("5 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_million_steps_are_the_most()
    {
        var budget = new RenderBudget(new Clock());
        Steps(budget, 2_000_000);
        Assert.Throws<ChatTemplateException>(budget.Step);
    }

    [Fact]
    public void Sixty_four_mebibytes_of_text_are_the_most()
    {
        var budget = new RenderBudget(new Clock());
        budget.Charge(32 << 20);
        var error = Assert.Throws<ChatTemplateException>(() => budget.Charge(1));
        Assert.Contains("64 MiB", error.Message, StringComparison.Ordinal);
    }

    private static void Steps(RenderBudget budget, int count)
    {
        for (var i = 0; i < count; i++)
        {
            budget.Step();
        }
    }

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
