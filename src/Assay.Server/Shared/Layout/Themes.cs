using MudBlazor;

namespace Assay.Server.Shared.Layout;

/// <summary>The two palettes. Every text colour has a contrast of at least 4.5 to 1 on its ground (WCAG 2.2 AA).</summary>
internal static class Themes
{
    private static readonly string[] SystemFonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "DejaVu Sans", "sans-serif"];

    public static MudTheme Light { get; } = Make(":root");

    public static MudTheme Dark { get; } = Make(":root[data-theme=dark]");

    private static MudTheme Make(string scope) => new()
    {
        PseudoCss = new PseudoCss { Scope = scope },
        Typography = new Typography { Default = new DefaultTypography { FontFamily = SystemFonts, FontSize = "0.9375rem", LineHeight = "1.55", LetterSpacing = "0" } },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px" },
        PaletteLight = new PaletteLight
        {
            Primary = "#1d5b86",
            Secondary = "#55606b",
            Background = "#f6f7f8",
            Surface = "#ffffff",
            TextPrimary = "#1c2329",
            TextSecondary = "#525d68",
            Success = "#27683a",
            Warning = "#805300",
            Error = "#a32c24",
            Info = "#1d5b86",
            LinesDefault = "#d6dbe0",
            LinesInputs = "#78838e",
            TableLines = "#e3e7ea",
            Divider = "#d6dbe0",
            ActionDefault = "#525d68",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#86bce2",
            PrimaryContrastText = "#0f151a",
            Secondary = "#a6b0ba",
            Background = "#13171b",
            Surface = "#1a1f24",
            TextPrimary = "#e5e9ec",
            TextSecondary = "#a6b0ba",
            Success = "#83c796",
            SuccessContrastText = "#0f151a",
            Warning = "#e2b862",
            WarningContrastText = "#0f151a",
            Error = "#f29a92",
            ErrorContrastText = "#0f151a",
            Info = "#86bce2",
            LinesDefault = "#343c45",
            LinesInputs = "#7d8893",
            TableLines = "#2a3138",
            Divider = "#343c45",
            ActionDefault = "#a6b0ba",
        },
    };
}
