using Spectre.Console;

namespace Assay.Server.Demo;

/// <summary>What the walk prints. Colours and bars on a terminal, plain lines elsewhere.</summary>
internal static class DemoScreen
{
    private const int PlainWidth = 240;

    /// <summary>A file or pipe has no width: long lines stay whole there.</summary>
    public static void Prepare()
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = PlainWidth;
        }
    }

    public static void Title(string text)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule($"[bold]{text.EscapeMarkup()}[/]").LeftJustified());
    }

    public static void Say(string text) => AnsiConsole.WriteLine(text);

    /// <summary>A line with Spectre's markup; what comes from outside must be escaped.</summary>
    public static void Markup(string markup) => AnsiConsole.MarkupLine(markup);

    public static void Good(string text) => AnsiConsole.MarkupLine($"[green]{text.EscapeMarkup()}[/]");

    public static void Failed(string text) => AnsiConsole.MarkupLine($"[red]{text.EscapeMarkup()}[/]");

    public static void Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var head in heads)
        {
            table.AddColumn(new TableColumn(head.EscapeMarkup()));
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(cell => cell.EscapeMarkup())]);
        }

        AnsiConsole.Write(table);
    }

    /// <summary>Shows long work: a bar on a terminal, a line every few seconds elsewhere.</summary>
    /// <param name="work">Gets a function that reports the share done (0 to 1) and a description.</param>
    public static async Task ProgressAsync(TimeProvider clock, Func<Action<double, string>, Task> work)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            var last = (At: clock.GetTimestamp(), Text: "");
            await work((share, text) =>
            {
                if ((last.Text.Length == 0 || clock.GetElapsedTime(last.At) > TimeSpan.FromSeconds(3) || share >= 1) && text != last.Text)
                {
                    Say($"  {share,4:P0} {text}");
                    last = (clock.GetTimestamp(), text);
                }
            });
            return;
        }

        await AnsiConsole.Progress().Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                var task = context.AddTask("");
                await work((share, text) =>
                {
                    task.Value = share * 100;
                    task.Description = text.EscapeMarkup();
                });
            });
    }
}
