using System.CommandLine;

namespace Assay.Server.Demo;

internal static class DemoCommand
{
    public static Command Make() => new("demo", "Walk through the whole product");
}
